import type { ChatSummary } from '@shared/model/chat.ts';
import type { ChatId } from '@shared/model/ids.ts';
import type { ToolResultPart } from '@shared/model/part.ts';
import type { ChatView } from '@shared/model/reducer.ts';
import { afterEach, describe, expect, it } from 'vitest';
import { silentLog } from '../../base/log.ts';
import type { ModelEvent, ModelRequest } from '../../models/port.ts';
import { DrivenClock } from '../../tools/testing/driven-clock.ts';
import { createAttention } from '../generation/attention.ts';
import { BASE_SYSTEM_PROMPT } from '../generation/system-prompt.ts';
import {
  calls,
  countingTool,
  FINISH,
  openTestChatd,
  type Script,
  says,
  type TestChatd,
  type Watching,
} from '../test-chatd.ts';
import { SUB_AGENT_INSTRUCTION } from './instruction.ts';

let chatd: TestChatd;
afterEach(() => chatd.close());

type Answer = readonly ModelEvent[] | ((request: ModelRequest) => readonly ModelEvent[]);

/** Answers the nth call with the nth answer. */
function inTurn(...answers: readonly Answer[]): Script {
  let n = 0;
  return async function* (request) {
    const answer = answers[n++] ?? says('nothing left to say');
    yield* typeof answer === 'function' ? answer(request) : answer;
  };
}

/** A model per chat: it is known by the message that its chat begins with. */
function byTask(scripts: Readonly<Record<string, Script>>): Script {
  return (request, signal) => {
    const script = scripts[taskOf(request)];
    if (!script) throw new Error(`no script for ${taskOf(request)}`);
    return script(request, signal);
  };
}

function taskOf({ messages }: ModelRequest): string {
  const first = messages.find((m) => m.role === 'user')?.content[0];
  return first?.type === 'text' ? first.text : '';
}

/** What the tools of the last step answered, in call order. */
function resultsIn({ messages }: ModelRequest): readonly Record<string, unknown>[] {
  const last = messages.findLast((m) => m.role === 'tool');
  return (last?.results ?? []).map((result) => JSON.parse(result.output) as Record<string, unknown>);
}

const spawn = (...prompts: readonly string[]) =>
  calls(...prompts.map((prompt) => ['spawn_agent', { prompt }] as const));

/** Asks a tool about every chat that the last step named. */
function each(tool: string, more: object = {}): Answer {
  return (request) =>
    calls(...resultsIn(request).map(({ chat_id }) => [tool, { chat_id, ...more }] as const));
}

function hanging(...deltas: readonly string[]) {
  let release = () => {};
  const released = new Promise<void>((resolve) => {
    release = resolve;
  });
  const script: Script = async function* (_request, signal) {
    for (const delta of deltas) yield { type: 'text', block: 0, delta };
    await Promise.race([
      released,
      new Promise((_, reject) => signal.addEventListener('abort', () => reject(signal.reason as Error))),
    ]);
    yield FINISH;
  };
  return { script, release: () => release() };
}

const toolResults = (view: ChatView) =>
  view.messages.flatMap((m) => m.content).filter((p): p is ToolResultPart => p.type === 'tool-result');
const isIdle = (view: ChatView) => view.status === 'waiting';
const isWaitingFor =
  (tool: string, count = 1) =>
  (view: ChatView) =>
    view.calls.filter((call) => call.tool === tool && call.state === 'dispatched').length === count;

async function childrenOf(chatId: ChatId): Promise<readonly ChatSummary[]> {
  return chatd.store.call('listChildren', { chatId, ownerId: chatd.ownerId });
}

async function onlyChildOf(chatId: ChatId): Promise<ChatSummary> {
  const [child, ...others] = await childrenOf(chatId);
  if (!child || others.length > 0) throw new Error(`${chatId} has not one child`);
  return child;
}

/** A root chat whose model has spawned `task` and waits for it. */
async function startWaiting(
  task: string,
  wait: object = {},
): Promise<{ root: ChatId; watching: Watching }> {
  const root = await chatd.create('lead');
  const watching = chatd.watch(root);
  lead = inTurn(spawn(task), each('wait_agent', wait), says('end of the lead'));
  return { root, watching };
}
let lead: Script;

describe('sub-agents', () => {
  it('#215 #216 #219 #220 work beside each other, and each wait gets its own report', async () => {
    chatd = await openTestChatd({});
    const slow = hanging('slow report');
    const root = await chatd.create('lead');
    const watching = chatd.watch(root);
    const asked: string[] = [];
    chatd.startWorker(
      byTask({
        lead: inTurn(spawn('slow one', 'quick one'), each('wait_agent'), (request) => {
          asked.push(JSON.stringify(resultsIn(request)));
          return says('both are done');
        }),
        'slow one': slow.script,
        'quick one': inTurn(says('quick ', 'report')),
      }),
    );
    await watching.until((view) => view.calls.some((c) => c.tool === 'wait_agent' && c.state === 'done'));
    expect((await childrenOf(root)).map((child) => child.status)).toEqual(['running', 'waiting']);
    slow.release();
    const view = await watching.until(isIdle);
    const [first, second] = await childrenOf(root);
    const results = toolResults(view).map((part) => part.result);
    expect(results).toEqual([
      { chat_id: first?.id, title: 'slow one', status: 'running' },
      { chat_id: second?.id, title: 'quick one', status: 'running' },
      { chat_id: first?.id, title: 'slow one', status: 'waiting', report: 'slow report' },
      { chat_id: second?.id, title: 'quick one', status: 'waiting', report: 'quick report' },
    ]);
    expect(asked[0]).toContain('slow report');
    expect(chatd.attention.filter((a) => a.why === 'finished').length).toBe(3);
    await watching.stop();
  });

  it('#227 are offered to chats that a person started only; one that calls them anyway is told so', async () => {
    chatd = await openTestChatd({});
    const offered = new Map<string, readonly string[]>();
    const told = new Map<string, readonly string[]>();
    const { watching } = await startWaiting('go deeper');
    const seen =
      (script: Script): Script =>
      (request, signal) => {
        offered.set(
          taskOf(request),
          request.tools.map((tool) => tool.name),
        );
        told.set(
          taskOf(request),
          request.messages.flatMap((message) => (message.role === 'system' ? [message.text] : [])),
        );
        return script(request, signal);
      };
    let answer = '';
    chatd.startWorker(
      byTask({
        lead: seen(lead),
        'go deeper': seen(
          inTurn(spawn('deeper still'), (request) => {
            answer = JSON.stringify(resultsIn(request));
            return says('could not');
          }),
        ),
      }),
    );
    await watching.until(isIdle);
    expect(offered.get('lead')).toEqual([
      'spawn_agent',
      'wait_agent',
      'message_agent',
      'close_agent',
      'list_agents',
    ]);
    expect(offered.get('go deeper')).toEqual([]);
    expect(told.get('go deeper')).toEqual([BASE_SYSTEM_PROMPT, SUB_AGENT_INSTRUCTION]);
    expect(answer).toContain('A delegated chat cannot use spawn_agent');
    const { rows } = await chatd.db.query('select id from chats');
    expect(rows.length).toBe(2);
    await watching.stop();
  });

  it('#225 say so when they ended without a word, and #216 when they failed', async () => {
    chatd = await openTestChatd({});
    const root = await chatd.create('lead');
    const watching = chatd.watch(root);
    chatd.startWorker(
      byTask({
        lead: inTurn(spawn('silent', 'broken'), each('wait_agent'), says('well')),
        silent: inTurn([FINISH]),
        broken: () => {
          throw new TypeError('a bug');
        },
      }),
    );
    const view = await watching.until(isIdle);
    const [silent, broken] = toolResults(view).slice(2);
    expect(silent?.result).toMatchObject({
      status: 'waiting',
      report: 'The sub-agent ended without a report.',
    });
    expect(broken).toMatchObject({ is_error: true, result: { status: 'error' } });
    expect(JSON.stringify(broken?.result)).toContain('The chat request failed unexpectedly.');
    await watching.stop();
  });

  it('#228 go on when the wait is over, and can be waited for again', async () => {
    chatd = await openTestChatd({});
    const clock = new DrivenClock();
    const slow = hanging('at last');
    const root = await chatd.create('lead');
    const watching = chatd.watch(root);
    chatd.startWorker(
      byTask({
        lead: inTurn(
          spawn('slow one'),
          each('wait_agent', { timeout_seconds: 20 }),
          (request) => {
            slow.release();
            return calls(['wait_agent', { chat_id: resultsIn(request)[0]?.['chat_id'] }]);
          },
          says('end'),
        ),
        'slow one': slow.script,
      }),
      { clock },
    );
    await watching.until(isWaitingFor('wait_agent'));
    const startedAt = clock.now();
    let seen = watching.view();
    const done = watching
      .until((view) => toolResults(view).length === 2)
      .then((view) => {
        seen = view;
      });
    while (toolResults(seen).length < 2) await clock.pass(1_000);
    await done;
    expect(clock.now() - startedAt).toBeGreaterThanOrEqual(20_000);
    expect(toolResults(seen)[1]).toMatchObject({
      is_error: true,
      result: { title: 'slow one', status: 'running', timed_out: true },
    });
    const view = await watching.until(isIdle);
    expect(toolResults(view)[2]?.result).toMatchObject({ status: 'waiting', report: 'at last' });
    await watching.stop();
  });

  it('#218 #222 #229 are known to the chat that started them alone', async () => {
    chatd = await openTestChatd({});
    const other = await chatd.create('another lead');
    const stranger = await startStranger(other);
    const root = await chatd.create('lead');
    const watching = chatd.watch(root);
    const about = (chat_id: string) =>
      calls(
        ['wait_agent', { chat_id }],
        ['message_agent', { chat_id, message: 'stop that' }],
        ['close_agent', { chat_id }],
      );
    chatd.startWorker(byTask({ lead: inTurn(about(stranger), about('not-an-id'), says('end')) }));
    const view = await watching.until(isIdle);
    const results = toolResults(view);
    expect(results.every((part) => part.is_error)).toBe(true);
    for (const part of results.slice(0, 3)) expect(JSON.stringify(part.result)).toContain('descendant');
    for (const part of results.slice(3)) expect(JSON.stringify(part.result)).toContain('no id of a chat');
    expect(await chatd.store.call('loadFacts', { chatId: stranger })).toMatchObject({
      status: 'waiting',
    });
    await watching.stop();
  });

  async function startStranger(parent: ChatId): Promise<ChatId> {
    const watching = chatd.watch(parent);
    const worker = chatd.startWorker(
      byTask({
        'another lead': inTurn(spawn('other task'), says('end')),
        'other task': inTurn(says('ok')),
      }),
    );
    await watching.until(isIdle);
    const child = await onlyChildOf(parent);
    const below = chatd.watch(child.id);
    await below.until(isIdle);
    await watching.stop();
    await below.stop();
    await worker.close();
    return child.id;
  }

  it('#217 #223 read a message when their turn is over, and start again when they had finished', async () => {
    chatd = await openTestChatd({});
    const first = hanging('half');
    let n = 0;
    const root = await chatd.create('lead');
    const watching = chatd.watch(root);
    chatd.startWorker(
      byTask({
        lead: inTurn(
          spawn('task'),
          each('message_agent', { message: 'and also this' }),
          (request) => {
            first.release();
            return calls(['wait_agent', { chat_id: resultsIn(request)[0]?.['chat_id'] }]);
          },
          each('message_agent', { message: 'and once more' }),
          each('wait_agent'),
          says('end'),
        ),
        task: (request, signal) => {
          n += 1;
          return n === 1 ? first.script(request, signal) : inTurn(says(`answer ${n}`))(request, signal);
        },
      }),
    );
    const view = await watching.until(isIdle);
    const results = toolResults(view).map((part) => part.result);
    expect(results[1]).toMatchObject({ title: 'task', status: 'running', interrupted: false });
    expect(results[2]).toMatchObject({ status: 'waiting', report: 'answer 2' });
    expect(results[3]).toMatchObject({ title: 'task', status: 'running', interrupted: false });
    expect(results[4]).toMatchObject({ status: 'waiting', report: 'answer 3' });
    await watching.stop();
  });

  it('stop what they do for a message that interrupts', async () => {
    chatd = await openTestChatd({});
    const first = hanging('wrong way');
    let n = 0;
    const root = await chatd.create('lead');
    const watching = chatd.watch(root);
    chatd.startWorker(
      byTask({
        lead: inTurn(
          spawn('task'),
          each('message_agent', { message: 'the other way', interrupt: true }),
          each('wait_agent'),
          says('end'),
        ),
        task: (request, signal) => {
          n += 1;
          return n === 1 ? first.script(request, signal) : inTurn(says('the right way'))(request, signal);
        },
      }),
    );
    const view = await watching.until(isIdle);
    const results = toolResults(view).map((part) => part.result);
    expect(results[1]).toMatchObject({ interrupted: true });
    expect(results[2]).toMatchObject({ status: 'waiting', report: 'the right way' });
    await watching.stop();
  });

  it.each(['close_agent', 'interrupt_agent'])('#229 end idle by %s', async (tool) => {
    chatd = await openTestChatd({});
    const endless = hanging('on and on');
    const root = await chatd.create('lead');
    const watching = chatd.watch(root);
    chatd.startWorker(
      byTask({ lead: inTurn(spawn('task'), each(tool), each(tool), says('end')), task: endless.script }),
    );
    const view = await watching.until(isIdle);
    const closed = { title: 'task', status: 'waiting', terminated: true };
    expect(toolResults(view)[1]?.result).toMatchObject(closed);
    expect(toolResults(view)[2]?.result).toMatchObject(closed);
    expect((await onlyChildOf(root)).status).toBe('waiting');
    await watching.stop();
  });

  it('#221 are listed with their state and the beginning of their report', async () => {
    chatd = await openTestChatd({});
    const endless = hanging('on and on');
    const root = await chatd.create('lead');
    const watching = chatd.watch(root);
    chatd.startWorker(
      byTask({
        lead: inTurn(
          spawn('quick', 'endless'),
          (request) => calls(['wait_agent', { chat_id: resultsIn(request)[0]?.['chat_id'] }]),
          calls(['list_agents', {}], ['list_agents', { limit: 1, offset: 1 }]),
          says('end'),
        ),
        quick: inTurn(says('x'.repeat(400))),
        endless: endless.script,
      }),
    );
    const view = await watching.until(isIdle);
    const [all, page] = toolResults(view).slice(3);
    expect(all?.result).toMatchObject({
      total: 2,
      agents: [
        { title: 'quick', status: 'waiting', report: `${'x'.repeat(300)}…` },
        { title: 'endless', status: 'running' },
      ],
    });
    expect(page?.result).toMatchObject({ total: 2, agents: [{ title: 'endless' }] });
    endless.release();
    await watching.stop();
  });

  it('run eight at once, and a step that waits for all of them still runs its other calls', async () => {
    const { tool, ran } = countingTool('count', 'effect');
    chatd = await openTestChatd({ tools: [tool] });
    const tasks = Array.from({ length: 8 }, (_, n) => `task ${n}`);
    const gate = hanging();
    let working = 0;
    const worker: Script = async function* (request, signal) {
      working += 1;
      yield { type: 'text', block: 0, delta: `report of ${taskOf(request)}` };
      yield* gate.script(request, signal);
    };
    const root = await chatd.create('lead');
    const watching = chatd.watch(root);
    chatd.startWorker(
      byTask({
        lead: inTurn(
          spawn(...tasks),
          (request) =>
            calls(...resultsIn(request).map(({ chat_id }) => ['wait_agent', { chat_id }] as const), [
              'count',
              { what: 'meanwhile' },
            ]),
          says('end'),
        ),
        ...Object.fromEntries(tasks.map((task) => [task, worker])),
      }),
    );
    const meanwhile = await watching.until((view) =>
      view.calls.some((call) => call.tool === 'count' && call.state === 'done'),
    );
    expect(isWaitingFor('wait_agent', 8)(meanwhile)).toBe(true);
    expect(ran).toEqual(['meanwhile']);
    gate.release();
    const view = await watching.until(isIdle);
    expect(working).toBe(8);
    expect(
      toolResults(view)
        .slice(8, 16)
        .map((part) => part.result),
    ).toMatchObject(tasks.map((task) => ({ title: task, status: 'waiting', report: `report of ${task}` })));
    await watching.stop();
  });
});

describe('a parent that waits', () => {
  it('#226 is not disturbed by the end of a child that it does not wait for', async () => {
    chatd = await openTestChatd({});
    const quick = hanging('done');
    const root = await chatd.create('lead');
    const watching = chatd.watch(root);
    const thinking = hanging('still thinking');
    let n = 0;
    const start = inTurn(spawn('quick'));
    chatd.startWorker(
      byTask({
        lead: (request, signal) => (n++ === 0 ? start : thinking.script)(request, signal),
        quick: quick.script,
      }),
    );
    await watching.until((view) => view.live.parts.some((p) => p.type === 'text'));
    const before = watching.view().messages.length;
    const child = await onlyChildOf(root);
    const below = chatd.watch(child.id);
    quick.release();
    await below.until(isIdle);
    thinking.release();
    const view = await watching.until(isIdle);
    expect(view.messages.length).toBe(before + 1);
    await watching.stop();
    await below.stop();
  });

  it('holds its clock while the child asks the person, and stays as it is meanwhile', async () => {
    const { tool, ran } = countingTool('count', 'effect');
    chatd = await openTestChatd({ tools: [tool], gated: ['count'] });
    const clock = new DrivenClock();
    const { root, watching } = await startWaiting('needs a yes', { timeout_seconds: 60 });
    chatd.startWorker(
      byTask({
        lead,
        'needs a yes': inTurn(calls(['count', { what: 'allowed' }]), says('counted')),
      }),
      { clock },
    );
    await watching.until(isWaitingFor('wait_agent'));
    const child = await onlyChildOf(root);
    const below = chatd.watch(child.id);
    const asking = await below.until((view) => view.status === 'requires_action');
    for (let times = 0; times < 100; times++) await clock.pass(5_000);
    expect(watching.view()).toMatchObject({ status: 'running' });
    expect(isWaitingFor('wait_agent')(watching.view())).toBe(true);
    expect(chatd.attention.map((a) => a.why)).toEqual(['asks']);

    const key = asking.calls[0]?.key;
    if (!key) throw new Error('no call asks');
    const answer = { key, hash: 'shown', decision: 'allow', note: null } as const;
    await chatd.store.call('answerCall', { chatId: child.id, ownerId: chatd.ownerId, ...answer });
    const view = await watching.until(isIdle);
    expect(ran).toEqual(['allowed']);
    expect(toolResults(view)[1]?.result).toMatchObject({ report: 'counted', status: 'waiting' });
    await watching.stop();
    await below.stop();
  });

  it('ends its wait at once when the person stops it; the child goes on', async () => {
    chatd = await openTestChatd({});
    const endless = hanging('on and on');
    const { root, watching } = await startWaiting('endless');
    chatd.startWorker(byTask({ lead, endless: endless.script }));
    await watching.until(isWaitingFor('wait_agent'));
    await chatd.store.call('interrupt', { chatId: root, ownerId: chatd.ownerId });
    const view = await watching.until(isIdle);
    expect(toolResults(view)[1]).toMatchObject({ is_error: true });
    expect((await onlyChildOf(root)).status).toBe('running');
    endless.release();
    await watching.stop();
  });

  it('stops with all that it started, and none of them goes on with its queue', async () => {
    chatd = await openTestChatd({});
    const endless = hanging('on and on');
    const root = await chatd.create('lead');
    const watching = chatd.watch(root);
    const tasks = ['one', 'two', 'three'];
    chatd.startWorker(
      byTask({
        lead: inTurn(spawn(...tasks), each('wait_agent'), says('end')),
        ...Object.fromEntries(tasks.map((task) => [task, endless.script])),
      }),
    );
    await watching.until(isWaitingFor('wait_agent', 3));
    const [first] = await childrenOf(root);
    if (!first) throw new Error('no child');
    await chatd.send(first.id, 'and then this');
    const feeds = (await childrenOf(root)).map((child) => chatd.watch(child.id));
    await Promise.all(feeds.map((feed) => feed.until((view) => view.live.parts.length > 0)));
    const stopped = await chatd.store.call('interruptTree', { chatId: root, ownerId: chatd.ownerId });
    expect(stopped).toMatchObject({ ok: true, value: { stopped: { length: 4 } } });
    await watching.until(isIdle);
    const ends = await Promise.all(
      feeds.map((feed) => feed.until((view) => view.status === 'waiting' || view.error !== null)),
    );
    expect(ends.map((view) => view.status)).toEqual(['error', 'waiting', 'waiting']);
    expect(ends[0]).toMatchObject({ error: { kind: 'stopped' }, queue: { length: 1 } });
    for (const feed of [watching, ...feeds]) await feed.stop();
  });

  it('starts no child once it is being stopped', async () => {
    chatd = await openTestChatd({});
    const root = await chatd.create('lead');
    const watching = chatd.watch(root);
    chatd.before('spawnAgent', async () => {
      await chatd.store.call('interruptTree', { chatId: root, ownerId: chatd.ownerId });
    });
    chatd.startWorker(byTask({ lead: inTurn(spawn('too late'), says('end')) }));
    const view = await watching.until(isIdle);
    expect(toolResults(view)).toMatchObject([{ is_error: true }]);
    expect(await childrenOf(root)).toEqual([]);
    await watching.stop();
  });
});

describe('after the death of the process', () => {
  it.each(['before', 'after'] as const)(
    '%s the child was made there is one child, and it is told of',
    async (when) => {
      chatd = await openTestChatd({});
      const root = await chatd.create('lead');
      const watching = chatd.watch(root);
      const spawning = inTurn(spawn('task'));
      chatd.killAt('spawnAgent', when);
      chatd.startWorker(byTask({ lead: spawning, task: inTurn(says('never said')) }));
      await watching.until((view) =>
        view.calls.some((call) => call.state === (when === 'after' ? 'done' : 'dispatched')),
      );
      chatd.startWorker(
        byTask({ lead: inTurn(each('wait_agent'), says('end')), task: inTurn(says('report')) }),
      );
      const view = await watching.until(isIdle);
      const child = await onlyChildOf(root);
      expect(toolResults(view).map((part) => part.result)).toMatchObject([
        { chat_id: child.id, title: 'task', status: 'running' },
        { chat_id: child.id, report: 'report' },
      ]);
      await watching.stop();
    },
  );

  it.each(['before', 'after'] as const)('%s the message was sent it is sent once', async (when) => {
    chatd = await openTestChatd({});
    const root = await chatd.create('lead');
    const watching = chatd.watch(root);
    const first = inTurn(spawn('task'), each('wait_agent'), each('message_agent', { message: 'more' }));
    chatd.killAt('messageAgent', when);
    chatd.startWorker(byTask({ lead: first, task: inTurn(says('one')) }));
    await watching.until((view) =>
      view.calls.some(
        (call) =>
          call.tool === 'message_agent' && call.state === (when === 'after' ? 'done' : 'dispatched'),
      ),
    );
    chatd.startWorker(byTask({ lead: inTurn(each('wait_agent'), says('end')), task: inTurn(says('two')) }));
    const view = await watching.until(isIdle);
    expect(toolResults(view).at(-1)?.result).toMatchObject({ report: 'two' });
    const child = await onlyChildOf(root);
    const page = await chatd.store.call('loadPage', {
      chatId: child.id,
      ownerId: chatd.ownerId,
      limit: 100,
    });
    expect(page?.map((row) => row.role)).toEqual(['user', 'assistant', 'user', 'assistant']);
    await watching.stop();
  });

  it('a wait is taken up again by the next worker, also after an ordinary end', async () => {
    chatd = await openTestChatd({});
    const endless = hanging('half');
    const { watching } = await startWaiting('task');
    const worker = chatd.startWorker(byTask({ lead, task: endless.script }));
    await watching.until(isWaitingFor('wait_agent'));
    await worker.close();
    expect(isWaitingFor('wait_agent')(watching.view())).toBe(true);
    chatd.startWorker(byTask({ lead: inTurn(says('end')), task: inTurn(says('whole')) }));
    const view = await watching.until(isIdle);
    expect(toolResults(view)[1]).toMatchObject({ result: { report: 'whole', status: 'waiting' } });
    await watching.stop();
  });
});

it('tells the person of a question of a child by the names of both, and of nothing else of it', async () => {
  const { tool } = countingTool('count', 'effect');
  chatd = await openTestChatd({ tools: [tool], gated: ['count'] });
  const { root, watching } = await startWaiting('needs a yes');
  chatd.startWorker(byTask({ lead, 'needs a yes': inTurn(calls(['count', { what: 'x' }])) }));
  await watching.until(isWaitingFor('wait_agent'));
  const child = await onlyChildOf(root);
  const below = chatd.watch(child.id);
  await below.until((view) => view.status === 'requires_action');
  const shown: { chatId: ChatId; title: string; body: string }[] = [];
  const attention = createAttention({
    store: chatd.store,
    ownerId: chatd.ownerId,
    log: silentLog,
    notify: ({ chatId, title, body }) => shown.push({ chatId, title, body }),
    enabled: () => true,
  });
  attention.report(child.id, 'finished');
  attention.report(child.id, 'failed');
  attention.report(child.id, 'asks');
  await attention.close();
  expect(shown).toEqual([{ chatId: child.id, title: 'Test › needs a yes', body: 'Asks to count x' }]);
  const leave = attention.enterFront(root);
  attention.report(child.id, 'asks');
  await attention.close();
  leave();
  expect(shown.length).toBe(1);
  await watching.stop();
  await below.stop();
});

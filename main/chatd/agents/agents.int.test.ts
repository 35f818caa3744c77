import type { ChatId } from '@shared/model/ids.ts';
import { afterEach, describe, expect, it } from 'vitest';
import { DrivenClock } from '../../tools/testing/driven-clock.ts';
import { BASE_SYSTEM_PROMPT } from '../generation/system-prompt.ts';
import {
  calls,
  countingTool,
  FINISH,
  openTestChatd,
  type Script,
  says,
  type TestChatd,
} from '../test-chatd.ts';
import { SUB_AGENT_INSTRUCTION } from './instruction.ts';
import {
  byTask,
  childrenOf,
  each,
  hanging,
  inTurn,
  isIdle,
  isWaitingFor,
  onlyChildOf,
  resultsIn,
  spawn,
  startWaiting,
  taskOf,
  toolResults,
} from './test-crew.ts';

let chatd: TestChatd;
afterEach(() => chatd.close());

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
    expect((await childrenOf(chatd, root)).map((child) => child.status)).toEqual(['running', 'waiting']);
    slow.release();
    const view = await watching.until(isIdle);
    const [first, second] = await childrenOf(chatd, root);
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
    const { watching, lead } = await startWaiting(chatd, 'go deeper');
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
    const child = await onlyChildOf(chatd, parent);
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
    expect((await onlyChildOf(chatd, root)).status).toBe('waiting');
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

import type { ChatView } from '@shared/model/reducer.ts';
import { afterEach, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { ModelError, type ModelEvent } from '../../models/port.ts';
import { defineTool, toolResult } from '../../tools/define.ts';
import {
  calls,
  countingTool,
  FINISH,
  openTestChatd,
  type Script,
  says,
  type TestChatd,
} from '../test-chatd.ts';

let chatd: TestChatd;
afterEach(() => chatd.close());

const texts = (view: ChatView) =>
  view.messages.map(
    (m) => `${m.role}: ${m.content.map((p) => (p.type === 'text' ? p.text : p.type)).join('')}`,
  );
const liveText = (view: ChatView) => view.live.parts.map((p) => ('text' in p ? p.text : '')).join('');

/** Answers the nth call with the nth list of events. */
function inTurn(...answers: readonly (readonly ModelEvent[])[]): Script {
  let n = 0;
  return async function* () {
    yield* answers[n++] ?? says('nothing left to say');
  };
}

/** Says the deltas, then waits until it is aborted or released. */
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

const failOnce = (
  error: ModelError,
  then: readonly ModelEvent[],
  before: readonly string[] = [],
): Script => {
  let failed = false;
  return async function* () {
    if (!failed) {
      failed = true;
      for (const delta of before) yield { type: 'text', block: 0, delta };
      throw error;
    }
    yield* then;
  };
};

const overloaded = new ModelError('Test is temporarily overloaded.', {
  kind: 'overloaded',
  retryable: true,
  provider: 'Test',
  statusCode: 529,
});

describe('worker', () => {
  it('#34 answers a new chat, and shows the words before the answer is complete', async () => {
    chatd = await openTestChatd({});
    const { script, release } = hanging('Hel', 'lo');
    const chatId = await chatd.create('hi');
    const watching = chatd.watch(chatId);
    chatd.startWorker(script);
    await watching.until((view) => liveText(view) === 'Hello');
    expect(watching.view().messages).toHaveLength(1);
    release();
    const view = await watching.until((v) => v.status === 'waiting');
    expect(texts(view)).toEqual(['user: hi', 'assistant: Hello']);
    expect(view.live.parts).toEqual([]);
    expect(chatd.attention).toEqual([{ chatId, why: 'finished' }]);
    await watching.stop();
  });

  it('#14 #15 #18 gives a subscriber in mid-stream the status first and each part once', async () => {
    chatd = await openTestChatd({});
    const { script, release } = hanging('a', 'b', 'c');
    const chatId = await chatd.create('hi');
    const first = chatd.watch(chatId);
    chatd.startWorker(script);
    await first.until((view) => liveText(view) === 'abc');
    const late = chatd.watch(chatId);
    await late.until((view) => liveText(view) === 'abc');
    expect(late.events[0]).toMatchObject({ type: 'snapshot', status: 'running' });
    release();
    await late.until((view) => view.status === 'waiting');
    expect(late.events.filter((e) => e.type === 'message_part')).toHaveLength(3);
    await first.stop();
    await late.stop();
  });

  it('#18 gives every part to who comes between the beginning of an attempt and its first word', async () => {
    chatd = await openTestChatd({});
    let release = () => {};
    const released = new Promise<void>((resolve) => {
      release = resolve;
    });
    const chatId = await chatd.create('hi');
    await new Promise<void>((resolve) =>
      chatd.startWorker(async function* () {
        resolve();
        await released;
        yield* says('a', 'b');
      }),
    );
    const between = chatd.watch(chatId);
    await between.until((view) => view.status === 'running' && !view.pending);
    expect(between.events.filter((e) => e.type === 'message_part')).toEqual([]);
    release();
    await between.until((view) => view.status === 'waiting');
    const said = between.events.flatMap((e) =>
      e.type === 'message_part' && e.frame.part.type === 'text' ? [[e.frame.seq, e.frame.part.text]] : [],
    );
    expect(said).toEqual([
      [1, 'a'],
      [2, 'b'],
    ]);
    await between.stop();
  });

  it('#47 #65 runs the tools of a step and puts their results into the next prompt, in call order', async () => {
    const read = countingTool('look', 'read');
    chatd = await openTestChatd({ tools: [read.tool] });
    const prompts: string[] = [];
    const script = inTurn(calls(['look', { what: 'one' }], ['look', { what: 'two' }]), says('done'));
    const chatId = await chatd.create('go');
    const watching = chatd.watch(chatId);
    chatd.startWorker(async function* (request, signal) {
      prompts.push(JSON.stringify(request.messages.filter((m) => m.role === 'tool')));
      yield* script(request, signal);
    });
    const view = await watching.until((v) => v.status === 'waiting');
    expect(view.messages.map((m) => m.role)).toEqual(['user', 'assistant', 'tool', 'tool', 'assistant']);
    expect(prompts[1]).toMatch(/one.*two/);
    expect(read.ran.toSorted()).toEqual(['one', 'two']);
    await watching.stop();
  });

  it('#65 results are told to the model in call order, whichever was ready first', async () => {
    const ended: string[] = [];
    let quickIsOver = () => {};
    const quick = new Promise<void>((resolve) => {
      quickIsOver = resolve;
    });
    const look = defineTool({
      name: 'look',
      description: 'Looks.',
      effect: 'read',
      input: z.object({ what: z.string() }),
      describe: ({ what }) => ({ verb: 'Look', doing: 'Looking', subject: what }),
      access: () => ({ kind: 'free' }),
      async run({ what }) {
        if (what === 'slow') await quick;
        ended.push(what);
        quickIsOver();
        return toolResult({ seen: what });
      },
    });
    chatd = await openTestChatd({ tools: [look] });
    const prompts: unknown[] = [];
    const script = inTurn(calls(['look', { what: 'slow' }], ['look', { what: 'quick' }]), says('done'));
    const chatId = await chatd.create('go');
    const watching = chatd.watch(chatId);
    chatd.startWorker(async function* (request, signal) {
      const results = request.messages.flatMap((m) => (m.role === 'tool' ? m.results : []));
      prompts.push(results.map((result) => result.output));
      yield* script(request, signal);
    });
    await watching.until((v) => v.status === 'waiting');
    expect(ended).toEqual(['quick', 'slow']);
    expect(prompts[1]).toEqual(['{"seen":"slow"}', '{"seen":"quick"}']);
    await watching.stop();
  });

  it('#66 answers an unknown tool and bad parameters with results that the model reads', async () => {
    const { tool, ran } = countingTool('count', 'effect');
    chatd = await openTestChatd({ tools: [tool] });
    const chatId = await chatd.create('go');
    const watching = chatd.watch(chatId);
    chatd.startWorker(inTurn(calls(['nope', {}], ['count', { wrong: 1 }]), says('sorry')));
    const view = await watching.until((v) => v.status === 'waiting');
    const results = view.messages.flatMap((m) => m.content).filter((p) => p.type === 'tool-result');
    expect(results.map((r) => r.is_error)).toEqual([true, true]);
    expect(JSON.stringify(results)).toMatch(/Tool not found: nope.*what/s);
    expect(ran).toEqual([]);
    await watching.stop();
  });

  it('#124 #125 retries a transient failure, shows the wait, and doubles or loses no word', async () => {
    chatd = await openTestChatd({});
    const chatId = await chatd.create('hi');
    const watching = chatd.watch(chatId);
    chatd.startWorker(failOnce(overloaded, says('Hello', ' there'), ['Hel']));
    const waiting = await watching.until((view) => view.retry !== null);
    expect(waiting.retry).toMatchObject({
      attempt: 1,
      delay_ms: 1000,
      kind: 'overloaded',
      status_code: 529,
    });
    expect(waiting.status).toBe('running');
    const view = await watching.until((v) => v.status === 'waiting');
    expect(texts(view)).toEqual(['user: hi', 'assistant: Hello there']);
    expect(view.retry).toBeNull();
    await watching.stop();
  });

  it('tries at once after "Retry now"', async () => {
    chatd = await openTestChatd({});
    const chatId = await chatd.create('hi');
    const watching = chatd.watch(chatId);
    const slow = new ModelError('busy', {
      kind: 'rate_limit',
      retryable: true,
      provider: 'T',
      retryAfterMs: 3_600_000,
    });
    chatd.startWorker(failOnce(slow, says('at last')));
    await watching.until((view) => view.retry !== null);
    const skipped = await chatd.store.call('skipRetryWait', { chatId, ownerId: chatd.ownerId });
    expect(skipped.ok).toBe(true);
    const view = await watching.until((v) => v.status === 'waiting');
    expect(texts(view)).toEqual(['user: hi', 'assistant: at last']);
    await watching.stop();
  });

  it('#25 ends in error when it cannot be retried, and goes on after Retry', async () => {
    chatd = await openTestChatd({});
    const chatId = await chatd.create('hi');
    const watching = chatd.watch(chatId);
    const auth = new ModelError('Authentication failed.', {
      kind: 'auth',
      retryable: false,
      provider: 'T',
    });
    chatd.startWorker(failOnce(auth, says('now it works')));
    const failed = await watching.until((view) => view.status === 'error' && view.error !== null);
    expect(failed.error).toMatchObject({ kind: 'auth', message: 'Authentication failed.' });
    expect(chatd.attention.map((a) => a.why)).toEqual(['failed']);
    const retried = await chatd.store.call('retryError', { chatId, ownerId: chatd.ownerId });
    expect(retried.ok).toBe(true);
    const view = await watching.until((v) => v.status === 'waiting');
    expect(view.error).toBeNull();
    expect(texts(view)).toEqual(['user: hi', 'assistant: now it works']);
    await watching.stop();
  });

  it('#2 #5 keeps the partial answer of an interrupted call and runs the queued message next', async () => {
    chatd = await openTestChatd({});
    const first = hanging('I was say');
    let n = 0;
    const chatId = await chatd.create('hi');
    const watching = chatd.watch(chatId);
    chatd.startWorker((request, signal) =>
      n++ === 0 ? first.script(request, signal) : inTurn(says('second'))(request, signal),
    );
    await watching.until((view) => liveText(view) === 'I was say');
    await chatd.send(chatId, 'never mind', 'interrupt');
    const view = await watching.until((v) => v.status === 'waiting' && v.messages.length === 4);
    expect(texts(view)).toEqual([
      'user: hi',
      'assistant: I was say',
      'user: never mind',
      'assistant: second',
    ]);
    expect(view.messages[1]?.interrupted).toBe(true);
    await watching.stop();
  });

  it('#4 queues while busy and promotes at the end of the turn', async () => {
    chatd = await openTestChatd({});
    const first = hanging('one');
    let n = 0;
    const chatId = await chatd.create('hi');
    const watching = chatd.watch(chatId);
    chatd.startWorker((request, signal) =>
      n++ === 0 ? first.script(request, signal) : inTurn(says('two'))(request, signal),
    );
    await watching.until((view) => liveText(view) === 'one');
    await chatd.send(chatId, 'next');
    await watching.until((view) => view.queue.length === 1);
    first.release();
    const view = await watching.until((v) => v.status === 'waiting' && v.messages.length === 4);
    expect(texts(view)).toEqual(['user: hi', 'assistant: one', 'user: next', 'assistant: two']);
    expect(view.queue).toEqual([]);
    await watching.stop();
  });

  it('#196 waits for the person, runs what was allowed and tells the model what was denied', async () => {
    const { tool, ran } = countingTool('count', 'effect');
    chatd = await openTestChatd({ tools: [tool], gated: ['count'] });
    const chatId = await chatd.create('go');
    const watching = chatd.watch(chatId);
    chatd.startWorker(inTurn(calls(['count', { what: 'yes' }], ['count', { what: 'no' }]), says('fine')));
    const asking = await watching.until(
      (view) => view.status === 'requires_action' && view.calls.length === 2,
    );
    expect(ran).toEqual([]);
    expect(chatd.attention).toEqual([{ chatId, why: 'asks' }]);
    const answer = (i: number, decision: 'allow' | 'deny', note: string | null, hash = 'shown') => {
      const key = asking.calls[i]?.key;
      if (!key) throw new Error('no such call');
      return chatd.store.call('answerCall', { chatId, ownerId: chatd.ownerId, key, hash, decision, note });
    };
    expect(await answer(0, 'allow', null, 'another')).toMatchObject({
      ok: false,
      error: { kind: 'changed' },
    });
    expect((await answer(0, 'allow', null)).ok).toBe(true);
    expect((await answer(1, 'deny', 'not today')).ok).toBe(true);
    expect(await answer(1, 'allow', null)).toMatchObject({ ok: false });
    const view = await watching.until((v) => v.status === 'waiting');
    expect(ran).toEqual(['yes']);
    const results = view.messages.flatMap((m) => m.content).filter((p) => p.type === 'tool-result');
    expect(results.map((r) => r.is_error ?? false)).toEqual([false, true]);
    expect(JSON.stringify(results[1])).toContain('not today');
    await watching.stop();
  });

  it('#13 #20 hands running chats back at shutdown, without error, and another worker finishes them', async () => {
    chatd = await openTestChatd({});
    const chatId = await chatd.create('hi');
    const watching = chatd.watch(chatId);
    const worker = chatd.startWorker(hanging('half an ans').script);
    await watching.until((view) => liveText(view) === 'half an ans');
    await worker.close();
    const facts = await chatd.store.call('loadFacts', { chatId });
    expect(facts).toMatchObject({ status: 'running', workerId: null, runnerId: null });
    chatd.startWorker(inTurn(says('a whole answer')));
    const view = await watching.until((v) => v.status === 'waiting');
    expect(texts(view)).toEqual(['user: hi', 'assistant: a whole answer']);
    await watching.stop();
  });

  it('#10 #11 takes back at once what a dead worker owned, and repeats no finished call', async () => {
    const { tool, ran } = countingTool('count', 'effect');
    chatd = await openTestChatd({ tools: [tool] });
    const chatId = await chatd.create('go');
    const idle = await chatd.create('idle');
    await chatd.db.query(`update chats set status = 'waiting' where id = $1`, [idle]);
    // What a kill leaves: an owner that is gone, an answer that asked for two calls, the first one done.
    const owner = { chatId, workerId: crypto.randomUUID(), runnerId: crypto.randomUUID() } as never;
    const base = owner as { chatId: typeof chatId; workerId: never; runnerId: never };
    const acquired = await chatd.store.call('acquire', { ...base, leaseMs: 300_000, exclusive: true });
    if (!acquired.ok) throw new Error('not acquired');
    const fence = { ...base, historyVersion: acquired.value.historyVersion, status: 'running' as const };
    const call = (index: number) => ({
      index,
      providerCallId: `call_${index}`,
      tool: 'count',
      argsHash: 'h',
      effect: 'effect' as const,
      state: 'cleared' as const,
      approval: null,
    });
    const committed = await chatd.store.call('commitStep', {
      ...fence,
      installationId: 'test',
      consumeCompaction: false,
      calls: [call(0), call(1)],
      messages: [
        {
          role: 'assistant',
          content: ['first', 'second'].map((what, i) => ({
            type: 'tool-call' as const,
            tool_call_id: `call_${i}`,
            tool_name: 'count',
            args: { what },
          })),
        },
      ],
    });
    if (!committed.ok) throw new Error('not committed');
    const moved = { ...fence, historyVersion: committed.value.historyVersion };
    const step = await chatd.store.call('loadStep', { chatId });
    const key = step?.calls[0]?.key;
    if (!key) throw new Error('no ledger');
    await chatd.store.call('dispatchCalls', { ...moved, keys: [key] });
    const outcome = { result: { counted: 'first' }, isError: false, durationMs: 1 };
    await chatd.store.call('settleCall', { ...base, key, state: 'done', outcome });

    const watching = chatd.watch(chatId);
    chatd.startWorker(inTurn(says('both counted')));
    const view = await watching.until((v) => v.status === 'waiting');
    expect(ran).toEqual(['second']);
    expect(view.messages.map((m) => m.role)).toEqual(['user', 'assistant', 'tool', 'tool', 'assistant']);
    expect(await chatd.store.call('loadFacts', { chatId: idle })).toMatchObject({ status: 'waiting' });
    await watching.stop();
  });

  it('fails one chat, loudly, when the model adapter has a bug; the others go on', async () => {
    chatd = await openTestChatd({});
    const bad = await chatd.create('bad');
    const good = await chatd.create('good');
    const [a, b] = [chatd.watch(bad), chatd.watch(good)];
    chatd.startWorker(async function* (request) {
      if (JSON.stringify(request.messages).includes('bad')) throw new TypeError('a bug');
      yield* says('fine');
    });
    const failed = await a.until((view) => view.error !== null);
    expect(failed.error).toMatchObject({ kind: 'generic', retryable: false, detail: 'a bug' });
    expect(texts(await b.until((view) => view.status === 'waiting'))).toContain('assistant: fine');
    await a.stop();
    await b.stop();
  });

  it('keeps an answer that the provider cut, and says so instead of calling it finished', async () => {
    chatd = await openTestChatd({});
    const chatId = await chatd.create('hi');
    const watching = chatd.watch(chatId);
    chatd.startWorker(
      inTurn([...says('half of').slice(0, -1), { ...FINISH, reason: 'length' } as ModelEvent]),
    );
    const view = await watching.until((v) => v.error !== null);
    expect(texts(view)).toEqual(['user: hi', 'assistant: half of']);
    expect(view.error?.message).toContain('output limit');
    await watching.stop();
  });

  it('does not call an answer finished that the provider cut before its first word', async () => {
    chatd = await openTestChatd({});
    const chatId = await chatd.create('hi');
    const watching = chatd.watch(chatId);
    chatd.startWorker(inTurn([{ ...FINISH, reason: 'content-filter' } as ModelEvent]));
    const view = await watching.until((v) => v.error !== null);
    expect(texts(view)).toEqual(['user: hi']);
    expect(view.error?.message).toContain('content filter');
    await watching.stop();
  });

  it('asks for one title per turn, however often the answer is retried', async () => {
    chatd = await openTestChatd({});
    const chatId = await chatd.create('hi');
    const watching = chatd.watch(chatId);
    chatd.startWorker(failOnce(overloaded, says('fine')));
    await watching.until((v) => v.status === 'waiting');
    expect(chatd.titleCalls()).toBe(1);
    await watching.stop();
  });

  it('does not run a call again whose agent has forgotten it: the outcome is unknown', async () => {
    const { tool, ran } = countingTool('count', 'effect');
    chatd = await openTestChatd({ tools: [tool], gated: ['count'] });
    const chatId = await chatd.create('go');
    const watching = chatd.watch(chatId);
    const worker = chatd.startWorker(inTurn(calls(['count', { what: 'once' }]), says('checked')));
    await watching.until((view) => view.status === 'requires_action');
    await worker.close();
    await chatd.db.query(
      `update chat_tool_calls set state = 'dispatched', started_at = now() - interval '8 days'`,
    );
    await chatd.db.query(`update chats set status = 'running'`);
    chatd.startWorker(inTurn(says('checked')));
    const view = await watching.until(
      (v) => v.messages.at(-1)?.role === 'assistant' && v.messages.length === 4,
    );
    expect(ran).toEqual([]);
    expect(JSON.stringify(view.messages[2]?.content)).toContain('unknown');
    await watching.stop();
  });

  it('#52 tries again after a step that failed unexpectedly: no chat is left behind', async () => {
    chatd = await openTestChatd({});
    const { script } = hanging('some words');
    const chatId = await chatd.create('hi');
    const watching = chatd.watch(chatId);
    chatd.failNext('finishInterruption');
    chatd.startWorker(script);
    await watching.until((view) => liveText(view) === 'some words');
    await chatd.store.call('interrupt', { chatId, ownerId: chatd.ownerId });
    const view = await watching.until((v) => v.status === 'waiting');
    expect(texts(view)).toEqual(['user: hi', 'assistant: some words']);
    await watching.stop();
  });
});

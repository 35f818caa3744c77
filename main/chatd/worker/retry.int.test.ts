import { afterEach, describe, expect, it } from 'vitest';
import { ModelError, type ModelEvent } from '../../models/port.ts';
import { withSilenceGuard } from '../../models/silence-guard.ts';
import { DrivenClock, settle } from '../../tools/testing/driven-clock.ts';
import { openTestChatd, type Script, says, type TestChatd } from '../test-chatd.ts';

let chatd: TestChatd;
afterEach(() => chatd.close());

const limited = (retryAfterMs: number | null = null) =>
  new ModelError('Test is limiting the rate of requests.', {
    kind: 'rate_limit',
    retryable: true,
    provider: 'Test',
    statusCode: 429,
    retryAfterMs,
  });

/** Fails with the errors in turn, then answers; counts its calls. */
function failing(errors: readonly Error[], answer: readonly ModelEvent[] = says('fine')) {
  const seen = { calls: 0 };
  const script: Script = async function* () {
    const error = errors[seen.calls];
    seen.calls += 1;
    if (error) throw error;
    yield* answer;
  };
  return { script, seen };
}

/** A chat on a clock that only the test moves. */
async function start(script: Script, clock = new DrivenClock()) {
  chatd = await openTestChatd({});
  const chatId = await chatd.create('hi');
  const watching = chatd.watch(chatId);
  chatd.startWorker(script, { clock });
  const retries = () => watching.events.flatMap((event) => (event.type === 'retry' ? [event.retry] : []));
  return { clock, chatId, watching, retries: () => retries().filter((retry) => retry !== null) };
}

const answers = (view: { messages: readonly { role: string }[] }) =>
  view.messages.filter((message) => message.role === 'assistant').length;

describe('retries', () => {
  it('#115 a success needs one call and tells of no retry', async () => {
    const { script, seen } = failing([]);
    const { watching, retries } = await start(script);
    const view = await watching.until((v) => v.status === 'waiting');
    expect(answers(view)).toBe(1);
    expect(seen.calls).toBe(1);
    expect(retries()).toEqual([]);
    await watching.stop();
  });

  it('#116 #125 one failure and a success are two calls, one retry, one answer', async () => {
    const { script, seen } = failing([limited()]);
    const { clock, watching, retries } = await start(script);
    await watching.until((v) => v.retry !== null);
    await clock.pass(999);
    expect(seen.calls).toBe(1);
    await clock.pass(1);
    const view = await watching.until((v) => v.status === 'waiting');
    expect(answers(view)).toBe(1);
    expect(seen.calls).toBe(2);
    expect(retries()).toHaveLength(1);
    await watching.stop();
  });

  it('#124 the wait is in the row while the chat runs on, and the row forgets it with the answer', async () => {
    const { script } = failing([limited()]);
    const { clock, chatId, watching } = await start(script);
    const row = async () => {
      const { rows } = await chatd.db.query<{
        status: string;
        generation_attempt: number;
        retry_state: object | null;
        is_of_now: boolean;
        version: number;
      }>(
        `select status, generation_attempt, retry_state, retry_state_version = snapshot_version as is_of_now,
           retry_state_version::int as version from chats where id = $1`,
        [chatId],
      );
      const [first] = rows;
      if (!first) throw new Error('no such chat');
      return first;
    };
    await watching.until((v) => v.retry !== null);
    const waiting = await row();
    expect(waiting).toMatchObject({
      status: 'running',
      generation_attempt: 1,
      is_of_now: true,
      retry_state: {
        attempt: 1,
        delay_ms: 1_000,
        error: 'Test is limiting the rate of requests.',
        kind: 'rate_limit',
        provider: 'Test',
        status_code: 429,
        retrying_at: new Date(clock.now() + 1_000).toISOString(),
      },
    });
    await clock.pass(1_000);
    await watching.until((v) => v.status === 'waiting');
    const after = await row();
    expect(after.retry_state).toBeNull();
    expect(after.version).toBeGreaterThan(waiting.version);
    await watching.stop();
  });

  it('#117 #121 each failure tells its number, its reason and when the next call is', async () => {
    const { script, seen } = failing([limited(), limited(30_000), limited(1), limited()]);
    const { clock, watching, retries } = await start(script);
    // The server's wish counts where it is longer than ours.
    const waits = [1_000, 30_000, 4_000, 8_000];
    for (const [at, ms] of waits.entries()) {
      const { retry } = await watching.until((v) => v.retry?.attempt === at + 1);
      expect(retry).toMatchObject({
        attempt: at + 1,
        delay_ms: ms,
        error: 'Test is limiting the rate of requests.',
        kind: 'rate_limit',
        provider: 'Test',
        status_code: 429,
        retrying_at: new Date(clock.now() + ms).toISOString(),
      });
      await clock.pass(ms);
    }
    const view = await watching.until((v) => v.status === 'waiting');
    expect(view).toMatchObject({ retry: null, error: null });
    expect(answers(view)).toBe(1);
    expect(seen.calls).toBe(5);
    expect(retries().map(({ attempt }) => attempt)).toEqual([1, 2, 3, 4]);
    await watching.stop();
  });

  it('#118 a final failure needs one call', async () => {
    const auth = new ModelError('no', { kind: 'auth', retryable: false, provider: 'Test' });
    const { script, seen } = failing([auth, auth]);
    const { clock, watching, retries } = await start(script);
    const view = await watching.until((v) => v.status === 'error' && v.error !== null);
    await clock.pass(3_600_000);
    expect(view.error).toMatchObject({ kind: 'auth', retryable: false });
    expect(seen.calls).toBe(1);
    expect(retries()).toEqual([]);
    await watching.stop();
  });

  it('#119 a stop during the wait ends it at once: no call, no error, nothing said', async () => {
    const { script, seen } = failing([limited(3_600_000)]);
    const { clock, chatId, watching } = await start(script);
    await watching.until((v) => v.retry !== null);
    await chatd.store.call('interrupt', { chatId, ownerId: chatd.ownerId });
    const view = await watching.until((v) => v.status === 'waiting');
    expect(view).toMatchObject({ retry: null, error: null });
    expect(answers(view)).toBe(0);
    await clock.pass(3_600_000);
    expect(seen.calls).toBe(1);
    await watching.stop();
  });

  it("#120 a stop during the call is not the provider's error", async () => {
    const script: Script = async function* (_request, signal) {
      yield { type: 'text', block: 0, delta: 'half' };
      await new Promise((resolve) => signal.addEventListener('abort', resolve, { once: true }));
      throw limited();
    };
    const { chatId, watching, retries } = await start(script);
    await watching.until((v) => v.live.parts.length > 0);
    await chatd.store.call('interrupt', { chatId, ownerId: chatd.ownerId });
    const view = await watching.until((v) => v.status === 'waiting');
    expect(view.error).toBeNull();
    expect(retries()).toEqual([]);
    expect(answers(view)).toBe(1);
    await watching.stop();
  });

  it('#122 a chat that nobody looks at is tried again all the same', async () => {
    const { script, seen } = failing([limited(), limited()]);
    const clock = new DrivenClock();
    chatd = await openTestChatd({});
    const chatId = await chatd.create('hi');
    chatd.startWorker(script, { clock });
    await expect
      .poll(
        async () => {
          await clock.pass(500);
          return (await chatd.store.call('loadFacts', { chatId }))?.status;
        },
        { timeout: 10_000 },
      )
      .toBe('waiting');
    expect(seen.calls).toBe(3);
  });

  it('"Retry now" whose hint was lost is heard of all the same, long before the wait is over', async () => {
    const { script, seen } = failing([limited(3_600_000)]);
    const clock = new DrivenClock();
    chatd = await openTestChatd({});
    const chatId = await chatd.create('hi');
    const watching = chatd.watch(chatId);
    const deaf = () => () => {};
    const hints = { onChat: deaf, onChildren: deaf, onOwnership: deaf, onWatch: deaf, onLost: deaf };
    chatd.startWorker(script, { clock, deps: { hints: { ...hints, lookAgain: deaf, close: deaf } } });
    await watching.until((v) => v.retry !== null);
    const { ok } = await chatd.store.call('skipRetryWait', { chatId, ownerId: chatd.ownerId });
    expect(ok).toBe(true);
    await expect
      .poll(
        async () => {
          await clock.pass(1_000);
          return seen.calls;
        },
        { timeout: 5_000 },
      )
      .toBe(2);
    expect(clock.now()).toBeLessThan(3_600_000);
    await watching.until((v) => v.status === 'waiting');
    await watching.stop();
  });

  it('#126 a stream that says nothing is given up and tried again', async () => {
    const seen = { calls: 0 };
    const silent: Script = async function* (_request, signal) {
      seen.calls += 1;
      if (seen.calls === 1)
        await new Promise((_, reject) =>
          signal.addEventListener('abort', () => reject(signal.reason as Error)),
        );
      yield* says('at last');
    };
    const clock = new DrivenClock();
    const guarded: Script = (request, signal) =>
      withSilenceGuard(
        { provider: 'Test', promptCaching: false, stream: silent },
        { silenceMs: 60_000, stallMs: 60_000, clock },
      ).stream(request, signal);
    const { watching } = await start(guarded, clock);
    await expect.poll(() => seen.calls).toBe(1);
    await settle();
    await clock.pass(60_000);
    const waiting = await watching.until((v) => v.retry !== null);
    expect(waiting.retry).toMatchObject({ kind: 'stream_silence_timeout', attempt: 1, delay_ms: 1_000 });
    await clock.pass(1_000);
    const view = await watching.until((v) => v.status === 'waiting');
    expect(answers(view)).toBe(1);
    expect(seen.calls).toBe(2);
    await watching.stop();
  });
});

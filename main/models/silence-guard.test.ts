import { describe, expect, it } from 'vitest';
import type { Clock } from '../base/clock.ts';
import { noUsage } from './no-usage.ts';
import { type LanguageModel, ModelError, type ModelEvent, type ModelRequest } from './port.ts';
import { withSilenceGuard } from './silence-guard.ts';

const request: ModelRequest = {
  model: 'm',
  messages: [],
  tools: [],
  toolChoice: 'auto',
  maxOutputTokens: 1,
  effort: null,
  options: {},
};
const text: ModelEvent = { type: 'text', block: 0, delta: 'a' };
const finish: ModelEvent = {
  type: 'finish',
  reason: 'stop',
  usage: noUsage,
  contextLimit: null,
  responseId: null,
};

/** A clock that moves only when told, and knows who sleeps on it. */
function drivenClock(): Clock & { ring(): void; sleeping(): number; asked: number[] } {
  const sleepers = new Set<() => void>();
  const asked: number[] = [];
  return {
    asked,
    now: () => 0,
    sleep: (ms, signal) =>
      new Promise((resolve, reject) => {
        asked.push(ms);
        const wake = () => {
          sleepers.delete(wake);
          resolve();
        };
        sleepers.add(wake);
        signal?.addEventListener('abort', () => {
          sleepers.delete(wake);
          reject(signal.reason as Error);
        });
      }),
    ring: () => {
      for (const wake of sleepers) wake();
    },
    sleeping: () => sleepers.size,
  };
}

/** A model that gives what it is fed, and counts how often it was cancelled. */
function fedModel() {
  const waiting: ((event: ModelEvent | 'end') => void)[] = [];
  let cancels = 0;
  let asks = 0;
  const model: LanguageModel = {
    provider: 'Acme',
    promptCaching: true,
    async *stream(_request, signal) {
      signal.addEventListener('abort', () => {
        cancels += 1;
      });
      for (;;) {
        asks += 1;
        const event = await new Promise<ModelEvent | 'end'>((resolve, reject) => {
          waiting.push(resolve);
          signal.addEventListener('abort', () => reject(signal.reason as Error));
        });
        if (event === 'end') return;
        yield event;
      }
    },
  };
  return {
    model,
    feed: async (event: ModelEvent | 'end') => {
      await expect.poll(() => waiting.length).toBeGreaterThan(0);
      waiting.shift()?.(event);
    },
    cancels: () => cancels,
    asks: () => asks,
  };
}

function guarded(signal = new AbortController().signal) {
  const clock = drivenClock();
  const fed = fedModel();
  const model = withSilenceGuard(fed.model, { silenceMs: 100, stallMs: 300, clock });
  const events: ModelEvent[] = [];
  const run = (async () => {
    for await (const event of model.stream(request, signal)) events.push(event);
  })();
  run.catch(() => {});
  return { clock, fed, events, run };
}

const silent = { kind: 'stream_silence_timeout', retryable: true, provider: 'Acme' };

describe('silence guard', () => {
  it('#59 #60 nothing in time is a retryable silence timeout with one cancel', async () => {
    const { clock, fed, run } = guarded();
    await expect.poll(() => clock.sleeping()).toBe(1);
    clock.ring();
    await expect(run).rejects.toMatchObject(silent);
    expect(fed.cancels()).toBe(1);
    expect(clock.sleeping()).toBe(0);
  });

  it('#61 the first event disarms it; then only a stall counts', async () => {
    const { clock, fed, events, run } = guarded();
    await fed.feed(text);
    await expect.poll(() => fed.asks()).toBe(2);
    expect(clock.asked).toEqual([100, 300]);
    await fed.feed(finish);
    await fed.feed('end');
    await run;
    expect(events).toEqual([text, finish]);
    expect(clock.sleeping()).toBe(0);
  });

  it('a stall in mid-stream is a retryable timeout', async () => {
    const { clock, fed, run } = guarded();
    await fed.feed(text);
    await expect.poll(() => clock.asked.length).toBe(2);
    clock.ring();
    await expect(run).rejects.toMatchObject({ kind: 'timeout', retryable: true });
    expect(fed.cancels()).toBe(1);
  });

  it('#54 once disarmed, the failure of the provider keeps its own kind', async () => {
    const clock = drivenClock();
    const auth = new ModelError('no', { kind: 'auth', retryable: false, provider: 'Acme' });
    const failing: LanguageModel = {
      provider: 'Acme',
      promptCaching: false,
      async *stream() {
        yield text;
        throw auth;
      },
    };
    const model = withSilenceGuard(failing, { silenceMs: 1, stallMs: 1, clock });
    const stream = model.stream(request, new AbortController().signal)[Symbol.asyncIterator]();
    expect(await stream.next()).toEqual({ done: false, value: text });
    await expect(stream.next()).rejects.toBe(auth);
    clock.ring();
    expect(clock.sleeping()).toBe(0);
  });

  it('#62 a stream that ends silently after the alarm does not change the verdict', async () => {
    const { clock, fed, run } = guarded();
    await expect.poll(() => clock.sleeping()).toBe(1);
    clock.ring();
    await fed.feed('end');
    await expect(run).rejects.toMatchObject(silent);
  });

  it('#53 when the event and the alarm come together, one of them counts and at most one cancel happens', async () => {
    for (const alarmFirst of [true, false]) {
      const { clock, fed, events, run } = guarded();
      await expect.poll(() => clock.sleeping()).toBe(1);
      await expect.poll(() => fed.asks()).toBe(1);
      const fed1 = alarmFirst ? null : fed.feed(text);
      clock.ring();
      await (fed1 ?? fed.feed(text));
      clock.ring();
      const outcome = await run.then(
        () => 'ended',
        (error: { kind: string }) => error.kind,
      );
      expect(['stream_silence_timeout', 'timeout']).toContain(outcome);
      expect(events.length).toBeLessThanOrEqual(1);
      expect(fed.cancels()).toBe(1);
    }
  });

  it('the reason of an abort passes through, also when the model does not listen', async () => {
    const stop = new AbortController();
    const clock = drivenClock();
    const deaf: LanguageModel = {
      provider: 'Deaf',
      promptCaching: false,
      stream: () => ({ [Symbol.asyncIterator]: () => ({ next: () => new Promise(() => {}) }) }),
    };
    const model = withSilenceGuard(deaf, { silenceMs: 1, stallMs: 1, clock });
    const next = model.stream(request, stop.signal)[Symbol.asyncIterator]().next();
    await expect.poll(() => clock.sleeping()).toBe(1);
    const reason = new Error('stopped');
    stop.abort(reason);
    await expect(next).rejects.toBe(reason);
    expect(clock.sleeping()).toBe(0);
  });

  it('a consumer that leaves early ends the call', async () => {
    const clock = drivenClock();
    const fed = fedModel();
    const model = withSilenceGuard(fed.model, { silenceMs: 1, stallMs: 1, clock });
    const fedText = fed.feed(text);
    for await (const event of model.stream(request, new AbortController().signal)) {
      expect(event).toEqual(text);
      break;
    }
    await fedText;
    expect(fed.cancels()).toBe(1);
    expect(clock.sleeping()).toBe(0);
  });
});

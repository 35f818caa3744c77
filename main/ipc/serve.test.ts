import type { FeedFrame } from '@shared/contract/define.ts';
import { ok } from '@shared/util/result.ts';
import { expect, test } from 'vitest';
import type { Clock } from '../base/clock.ts';
import { lineLog, silentLog } from '../base/log.ts';
import { DatabaseFault } from '../db/fault.ts';
import type { CallHandlers, FeedHandlers } from './handlers.ts';
import { type FeedPort, serveCall, serveFeed } from './serve.ts';

const uuid = '3f0f3a0e-6f0f-4a53-9a3e-0f5d4d2b8f11';
/** Only what a test's handler needs; asking for another is the test's mistake. */
const calls = (some: Partial<CallHandlers>) => some as CallHandlers;
const feeds = (some: Partial<FeedHandlers>) => some as FeedHandlers;

/** Time moves when the test says so. */
function drivenClock() {
  let sleepers: { wake(): void; fail(): void }[] = [];
  const clock: Clock = {
    now: () => 0,
    sleep: (_ms, signal) =>
      new Promise((resolve, reject) => {
        const fail = () => reject(new Error('aborted'));
        if (signal?.aborted) fail();
        signal?.addEventListener('abort', fail, { once: true });
        sleepers.push({ wake: resolve, fail });
      }),
  };
  return {
    clock,
    sleeping: () => sleepers.length,
    tick: async () => {
      const now = sleepers;
      sleepers = [];
      for (const sleeper of now) sleeper.wake();
      await settle();
    },
  };
}

const settle = () => new Promise((resolve) => setImmediate(resolve));

function recordingPort() {
  const frames: FeedFrame<unknown>[] = [];
  const listeners: (() => void)[] = [];
  let taken = () => {};
  const port: FeedPort & { closed: boolean } = {
    closed: false,
    postMessage: (frame) => frames.push(frame),
    onClose: (listener) => listeners.push(listener),
    onTaken: (listener) => {
      taken = listener;
    },
    close() {
      this.closed = true;
    },
  };
  return {
    port,
    frames,
    leave: () => listeners.forEach((listener) => listener()),
    take: (count: number) => {
      for (let i = 0; i < count; i += 1) taken();
    },
  };
}

/** A source that the test pushes into. */
function source() {
  const waiting: unknown[] = [];
  let wake = () => {};
  let ended = false;
  return {
    push(...events: unknown[]) {
      waiting.push(...events);
      wake();
    },
    end() {
      ended = true;
      wake();
    },
    async *watch(_input: unknown, signal: AbortSignal): AsyncGenerator<never> {
      signal.addEventListener('abort', () => wake());
      while (!signal.aborted) {
        while (waiting.length > 0) yield waiting.shift() as never;
        if (ended) return;
        await new Promise<void>((resolve) => {
          wake = resolve;
        });
      }
    },
  };
}

test('a call gets its parsed input and its answer travels as it is', async () => {
  const seen: unknown[] = [];
  const handlers = calls({
    async 'chat.page'(input) {
      seen.push(input);
      return ok({ messages: [] });
    },
  });
  const answer = await serveCall(handlers, { name: 'chat.page', input: { chatId: uuid } }, silentLog);
  expect(answer).toEqual({ ok: true, value: { messages: [] } });
  expect(seen).toEqual([{ chatId: uuid, limit: 100 }]);
});

test.each([
  [{ name: 'chat.page', input: { chatId: 'not a uuid' } }, /“chatId” is not valid/],
  [{ name: 'chat.page', input: undefined }, /not|expected/i],
  [{ name: 'chat.send', input: { chatId: uuid, text: '  ', sendKey: uuid } }, /^The message is empty\.$/],
  [{ name: 'chat.stream', input: { chatId: uuid } }, /does not exist/],
  [{ name: 'constructor', input: {} }, /does not exist/],
  [{ name: 7, input: {} }, /does not exist/],
])('what is not in the contract is refused before any handler: %j', async (request, sentence) => {
  const answer = await serveCall(calls({}), request, silentLog);
  expect(answer).toMatchObject({ ok: false, error: { code: 'bad-input' } });
  expect(answer.ok ? '' : answer.error.message).toMatch(sentence);
});

test('a thrown error becomes one sentence for the window and a line in the log', async () => {
  const lines: string[] = [];
  const handlers = calls({
    'chat.retry': () => Promise.reject(new Error('secret sk-123 at /home/ann')),
    'chat.interrupt': () => Promise.reject(new DatabaseFault('disk-full', 'ENOSPC')),
  });
  const log = lineLog((line) => lines.push(line));
  const input = { chatId: uuid };
  const bug = await serveCall(handlers, { name: 'chat.retry', input }, log);
  expect(bug).toMatchObject({ ok: false, error: { code: 'internal' } });
  expect(JSON.stringify(bug)).not.toContain('sk-123');
  expect(lines.join('')).toContain('chat.retry');
  const full = await serveCall(handlers, { name: 'chat.interrupt', input }, log);
  expect(full.ok ? '' : full.error.message).toContain('disk is full');
});

test('the first event leaves at once, the burst in frames of 16 ms, then the timer rests', async () => {
  const { clock, tick, sleeping } = drivenClock();
  const { port, frames } = recordingPort();
  const from = source();
  const handlers = feeds({ 'workspaces.watch': (input, signal) => from.watch(input, signal) });
  const served = serveFeed(handlers, { name: 'workspaces.watch', input: {} }, port, {
    clock,
    log: silentLog,
  });

  from.push(1, 2, 3);
  await settle();
  expect(frames).toEqual([{ type: 'data', data: [1] }]);
  await tick();
  expect(frames.at(-1)).toEqual({ type: 'data', data: [2, 3] });
  await tick();
  expect(sleeping()).toBe(0);
  from.push(4);
  await settle();
  expect(frames.at(-1)).toEqual({ type: 'data', data: [4] });
  from.push(5);
  from.end();
  await served;
  expect(frames.slice(-2)).toEqual([{ type: 'data', data: [5] }, { type: 'end' }]);
  expect(port.closed).toBe(true);
});

test('no frame holds more than 256 events and none is lost', async () => {
  const { clock } = drivenClock();
  const { port, frames } = recordingPort();
  const from = source();
  const all = Array.from({ length: 1000 }, (_, i) => i);
  from.push(...all);
  from.end();
  const handlers = feeds({ 'workspaces.watch': (input, signal) => from.watch(input, signal) });
  await serveFeed(handlers, { name: 'workspaces.watch', input: {} }, port, { clock, log: silentLog });
  const data = frames.flatMap((frame) => (frame.type === 'data' ? [frame.data] : []));
  expect(data.flat()).toEqual(all);
  expect(Math.max(...data.map((events) => events.length))).toBeLessThanOrEqual(256);
});

test('a closed port cancels the source and nothing more is posted', async () => {
  const { clock, sleeping, tick } = drivenClock();
  const { port, frames, leave } = recordingPort();
  const from = source();
  const handlers = feeds({ 'workspaces.watch': (input, signal) => from.watch(input, signal) });
  const served = serveFeed(handlers, { name: 'workspaces.watch', input: {} }, port, {
    clock,
    log: silentLog,
  });
  from.push(1, 2);
  await settle();
  leave();
  await served;
  await tick();
  expect(frames).toEqual([{ type: 'data', data: [1] }]);
  expect(sleeping()).toBe(0);
});

test('a source that throws sends what it had, then an error frame', async () => {
  const { clock } = drivenClock();
  const { port, frames } = recordingPort();
  const handlers = feeds({
    async *'workspaces.watch'() {
      yield [];
      yield [];
      throw new Error('internal words');
    },
  });
  await serveFeed(handlers, { name: 'workspaces.watch', input: {} }, port, { clock, log: silentLog });
  expect(frames.map((frame) => frame.type)).toEqual(['data', 'data', 'error']);
  expect(JSON.stringify(frames)).not.toContain('internal words');
  expect(port.closed).toBe(true);
});

test('a feed that does not exist or a bad input is an error frame', async () => {
  const { clock } = drivenClock();
  for (const request of [
    { name: 'no.such', input: {} },
    { name: 'chat.stream', input: { chatId: 1 } },
  ]) {
    const { port, frames } = recordingPort();
    await serveFeed(feeds({}), request, port, { clock, log: silentLog });
    expect(frames).toMatchObject([{ type: 'error', data: { code: 'bad-input' } }]);
    expect(port.closed).toBe(true);
  }
});

/** A source that says how far it was asked. */
function counting() {
  let asked = 0;
  return {
    asked: () => asked,
    async *watch(): AsyncGenerator<never> {
      for (;;) {
        asked += 1;
        yield asked as never;
      }
    },
  };
}

test('a window that is stuck is sent no more than it can take, and goes on where it stopped', async () => {
  const { clock, tick } = drivenClock();
  const { port, frames, leave, take } = recordingPort();
  const from = counting();
  const handlers = feeds({ 'workspaces.watch': from.watch });
  const served = serveFeed(handlers, { name: 'workspaces.watch', input: {} }, port, {
    clock,
    log: silentLog,
  });
  await settle();
  const stuckAt = from.asked();
  await settle();
  expect(from.asked()).toBe(stuckAt);
  expect(frames.length).toBeLessThanOrEqual(33);
  take(frames.length);
  await settle();
  expect(from.asked()).toBeGreaterThan(stuckAt);
  leave();
  await served;
  await tick();
  const seen = frames.flatMap((frame) => (frame.type === 'data' ? frame.data : []));
  expect(seen).toEqual(seen.map((_, i) => i + 1));
});

test('a window that takes nothing for 10 s is cut off', async () => {
  const { clock, tick } = drivenClock();
  const { port, frames } = recordingPort();
  const lines: string[] = [];
  const handlers = feeds({ 'workspaces.watch': counting().watch });
  const served = serveFeed(handlers, { name: 'workspaces.watch', input: {} }, port, {
    clock,
    log: lineLog((line) => lines.push(line)),
  });
  await settle();
  await tick();
  await served;
  expect(port.closed).toBe(true);
  expect(frames.at(-1)).toEqual({ type: 'end' });
  expect(lines.join()).toContain('takes nothing');
});

import { Writable } from 'node:stream';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import type { Watch } from '../base/watched.ts';
import { streamEvents } from './event-stream.ts';

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});

/** Something whose present state is a number. */
function counter() {
  let value = 0;
  let told: number | null = null;
  let closed = false;
  let changed: () => void = () => undefined;
  const watch: Watch<object> = (run) => {
    changed = run;
    return {
      async tell() {
        if (told === value) return [];
        told = value;
        return [{ value }];
      },
      close() {
        closed = true;
      },
    };
  };
  return {
    watch,
    set(to: number) {
      value = to;
      changed();
    },
    /** Nobody hears of it. */
    setSilently(to: number) {
      value = to;
    },
    isClosed: () => closed,
  };
}

/** A client that takes what is written when it is told to. */
function slowClient(takesAtOnce: boolean) {
  const taken: string[] = [];
  let held: (() => void) | null = null;
  const out = new Writable({
    highWaterMark: 1,
    decodeStrings: false,
    write(text: string, _encoding, done) {
      taken.push(text);
      if (takesAtOnce) done();
      else held = done;
    },
  });
  const take = async () => {
    held?.();
    held = null;
    await vi.advanceTimersByTimeAsync(0);
  };
  return { out, taken, take };
}

async function started(watch: Watch<object>, out: Writable) {
  const gone = new AbortController();
  const done = streamEvents([watch], out, gone.signal);
  await vi.advanceTimersByTimeAsync(0);
  return {
    async leave() {
      gone.abort();
      await done;
    },
  };
}

const event = (value: number) => `data: {"value":${value}}\n\n`;

describe('a stream of events', () => {
  test('begins with the present state and goes on with each change', async () => {
    const one = counter();
    const { out, taken } = slowClient(true);
    const { leave } = await started(one.watch, out);
    one.set(1);
    await vi.advanceTimersByTimeAsync(0);
    one.set(2);
    await vi.advanceTimersByTimeAsync(0);
    expect(taken).toEqual([event(0), event(1), event(2)]);
    await leave();
    expect(one.isClosed()).toBe(true);
  });

  test('keeps nothing for a client that does not read: it gets the last state when it does', async () => {
    const one = counter();
    const { out, taken, take } = slowClient(false);
    const { leave } = await started(one.watch, out);
    for (let value = 1; value <= 10_000; value += 1) one.set(value);
    await vi.advanceTimersByTimeAsync(1_000);
    expect(taken).toEqual([event(0)]);
    await take();
    await take();
    expect(taken).toEqual([event(0), event(10_000)]);
    await leave();
  });

  test('says every 15 s that it is there, and looks for what nobody told of', async () => {
    const one = counter();
    const { out, taken } = slowClient(true);
    const { leave } = await started(one.watch, out);
    await vi.advanceTimersByTimeAsync(15_000);
    expect(taken).toEqual([event(0), ': still here\n\n']);
    one.setSilently(7);
    await vi.advanceTimersByTimeAsync(15_000);
    expect(taken.slice(2)).toEqual([': still here\n\n', event(7)]);
    await leave();
  });

  test('ends while it waits for room, when the client goes', async () => {
    const one = counter();
    const { out } = slowClient(false);
    const { leave } = await started(one.watch, out);
    one.set(1);
    await leave();
    expect(one.isClosed()).toBe(true);
  });
});

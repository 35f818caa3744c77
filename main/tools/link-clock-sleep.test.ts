import { describe, expect, test } from 'vitest';
import type { LinkWatch } from '../workspaces/connection.ts';
import { bounded, UNREACHABLE_AFTER_MS } from './link-clock.ts';
import { DrivenClock, settle } from './testing/driven-clock.ts';

const LIMIT_MS = 10 * 60_000;

/** A link that a test turns on and off. */
function drivenLink(): LinkWatch & { set(up: boolean): Promise<void> } {
  let isUp = true;
  const waiting = new Set<() => void>();
  return {
    up: () => isUp,
    changed: (signal) =>
      new Promise((resolve) => {
        waiting.add(resolve);
        signal.addEventListener('abort', () => resolve(), { once: true });
      }),
    async set(up) {
      isUp = up;
      for (const wake of waiting) wake();
      waiting.clear();
      await settle();
    },
  };
}

function begin() {
  const clock = new DrivenClock();
  const link = drivenLink();
  let aheadMs = 0;
  const limits = {
    clock: {
      now: () => clock.now() + aheadMs,
      sleep: (ms: number, signal?: AbortSignal) => clock.sleep(ms, signal),
    },
    link,
    limitMs: LIMIT_MS,
    signal: new AbortController().signal,
  };
  let end: unknown = 'running';
  const work = (signal: AbortSignal) =>
    new Promise<void>((_, reject) => {
      signal.addEventListener('abort', () => reject(signal.reason as Error), { once: true });
    });
  const done = bounded(limits, work).then(
    ({ kind }) => {
      end = kind;
    },
    (error: unknown) => {
      end = error;
    },
  );
  return {
    clock,
    link,
    end: () => end,
    done,
    /** Its clock goes on, its timers do not. */
    async machineSleeps(ms: number) {
      await settle();
      aheadMs += ms;
    },
  };
}

describe('the time limit of a call', () => {
  test('counts while the link is up, and only then', async () => {
    const { clock, link, end, done } = begin();
    await clock.run(LIMIT_MS - 1);
    await link.set(false);
    await clock.run(LIMIT_MS);
    expect(end()).toBe('running');
    await link.set(true);
    await clock.run(1);
    await done;
    expect(end()).toBe('timeout');
    expect(clock.sleeping).toBe(0);
  });

  test('does not count the hours in which the machine slept', async () => {
    const { clock, link, end, done, machineSleeps } = begin();
    await machineSleeps(10 * LIMIT_MS);
    await link.set(false);
    await link.set(true);
    await clock.run(LIMIT_MS - 1);
    expect(end()).toBe('running');
    await clock.run(1);
    await done;
    expect(end()).toBe('timeout');
  });

  test('gives no host up for the hours in which the machine slept, where timers stand still meanwhile', async () => {
    const { clock, link, end, done, machineSleeps } = begin();
    await link.set(false);
    await machineSleeps(8 * 3_600_000);
    await clock.run(UNREACHABLE_AFTER_MS - 1);
    expect(end()).toBe('running');
    await clock.run(1);
    await done;
    expect(end()).toMatchObject({ code: 'unreachable', inFlight: true });
  });

  test('nor where timers ring at waking, whether the link is up or down', async () => {
    const { clock, link, end, done } = begin();
    await clock.pass(8 * 3_600_000);
    await link.set(false);
    for (let night = 1; night <= 3; night++) {
      await clock.pass(8 * 3_600_000);
      // A sleep counts for a minute at most.
      await clock.run(UNREACHABLE_AFTER_MS / 3 - 60_000 - 1);
      expect(end()).toBe('running');
    }
    await clock.run(3 * 60_000);
    await done;
    expect(end()).toMatchObject({ code: 'unreachable', inFlight: true });
  });

  test('gives a host up that was away for half an hour', async () => {
    const { clock, link, end, done } = begin();
    await link.set(false);
    await clock.run(UNREACHABLE_AFTER_MS);
    await done;
    expect(end()).toMatchObject({ code: 'unreachable', inFlight: true });
  });
});

import { expect, test } from 'vitest';
import { type LinkWatch, WorkspaceProblem } from '../workspaces/connection.ts';
import { bounded, UNREACHABLE_AFTER_MS } from './link-clock.ts';
import { DrivenClock, settle } from './testing/driven-clock.ts';

/** A link that the test takes up and down. */
class DrivenLink implements LinkWatch {
  #isUp = true;
  readonly #waiting = new Set<() => void>();

  up(): boolean {
    return this.#isUp;
  }

  changed(signal: AbortSignal): Promise<void> {
    return new Promise((resolve) => {
      this.#waiting.add(resolve);
      signal.addEventListener('abort', () => resolve(), { once: true });
    });
  }

  async turn(isUp: boolean): Promise<void> {
    await settle();
    this.#isUp = isUp;
    for (const go of this.#waiting) go();
    this.#waiting.clear();
    await settle();
  }
}

/** Work that ends only when it is told to. */
function setUp(limitMs: number, link: DrivenLink | null) {
  const clock = new DrivenClock();
  const state = { given: null as unknown, ended: false };
  const result = bounded(
    { clock, link, limitMs, signal: new AbortController().signal },
    (signal) =>
      new Promise<never>((_, reject) => {
        signal.addEventListener('abort', () => {
          state.ended = true;
          reject(signal.reason as Error);
        });
      }),
  ).then(
    (value) => {
      state.given = value;
    },
    (error: unknown) => {
      state.given = error;
    },
  );
  return { clock, state, result };
}

test('a call on a link that never comes back is given up after 30 minutes, and its work has ended then', async () => {
  const link = new DrivenLink();
  const { clock, state, result } = setUp(60 * 60_000, link);
  await link.turn(false);
  await clock.run(UNREACHABLE_AFTER_MS - 1);
  expect(state).toEqual({ given: null, ended: false });
  await clock.run(1);
  await result;
  expect(state.given).toBeInstanceOf(WorkspaceProblem);
  expect(state).toMatchObject({ given: { code: 'unreachable', inFlight: true }, ended: true });
  expect(clock.sleeping).toBe(0);
});

test('half an hour counts anew each time that the link was up', async () => {
  const link = new DrivenLink();
  const { clock, state, result } = setUp(60 * 60_000, link);
  for (let outage = 0; outage < 4; outage++) {
    await link.turn(false);
    await clock.run(UNREACHABLE_AFTER_MS - 1);
    await link.turn(true);
  }
  expect(state.given).toBeNull();
  await clock.run(60 * 60_000);
  await result;
  expect(state.given).toEqual({ kind: 'timeout' });
});

test('a limit counts only while the link is up, and at once where there is no link', async () => {
  const link = new DrivenLink();
  const far = setUp(10_000, link);
  await far.clock.run(6_000);
  await link.turn(false);
  await far.clock.run(20 * 60_000);
  await link.turn(true);
  await far.clock.run(3_999);
  expect(far.state.given).toBeNull();
  await far.clock.run(1);
  await far.result;
  expect(far.state.given).toEqual({ kind: 'timeout' });
  const near = setUp(10_000, null);
  await near.clock.run(10_000);
  await near.result;
  expect(near.state.given).toEqual({ kind: 'timeout' });
});

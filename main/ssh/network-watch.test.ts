import { expect, test } from 'vitest';
import type { Clock } from '../base/clock.ts';
import { NetworkWatch } from './network-watch.ts';

/** Looks again whenever the test lets it. */
function setUp() {
  let look: () => void = () => undefined;
  const clock: Clock = {
    now: () => 0,
    sleep: (_ms, signal) =>
      new Promise((resolve, reject) => {
        look = resolve;
        signal?.addEventListener('abort', () => reject(signal.reason as Error), { once: true });
      }),
  };
  const state = { addresses: 'wlan0 10.0.0.2', wanted: true, changes: 0, reads: 0 };
  const watch = new NetworkWatch({
    clock,
    isWanted: () => state.wanted,
    onChange: () => {
      state.changes++;
    },
    read: () => {
      state.reads++;
      return state.addresses;
    },
  });
  const tick = async () => {
    look();
    await new Promise(setImmediate);
  };
  return { state, watch, tick };
}

test('tells a change once, and nothing while nothing changes', async () => {
  const { state, watch, tick } = setUp();
  watch.start();
  watch.start();
  await tick();
  expect(state).toMatchObject({ changes: 0, reads: 2 });
  state.addresses = '';
  await tick();
  await tick();
  expect(state.changes).toBe(1);
  state.addresses = 'eth0 192.168.1.7';
  await tick();
  expect(state.changes).toBe(2);
  await watch.stop();
});

test('does not look while nobody wants to know, and takes what it finds then as it is', async () => {
  const { state, watch, tick } = setUp();
  watch.start();
  state.wanted = false;
  await tick();
  state.addresses = 'eth0 192.168.1.7';
  await tick();
  expect(state.reads).toBe(1);
  state.wanted = true;
  await tick();
  expect(state).toMatchObject({ changes: 0, reads: 2 });
  await watch.stop();
});

test('stops, and starts anew', async () => {
  const { state, watch, tick } = setUp();
  watch.start();
  await watch.stop();
  await tick();
  expect(state.reads).toBe(1);
  watch.start();
  await tick();
  expect(state.reads).toBe(3);
  await watch.stop();
});

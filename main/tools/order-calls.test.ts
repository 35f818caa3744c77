import fc from 'fast-check';
import { expect, test } from 'vitest';
import { orderCalls, type ScheduledCall, startable } from './order-calls.ts';

const read = { effect: 'read', state: 'waiting' } as const;
const write = { effect: 'effect', state: 'waiting' } as const;
const never = new AbortController().signal;

test('reads start together, effects one after another in call order', () => {
  expect(startable([write, read, write, read], 16)).toEqual([0, 1, 3]);
  expect(startable([{ ...write, state: 'settled' }, read, write], 16)).toEqual([1, 2]);
});

test('no effect overtakes a gated one, reads do', () => {
  expect(startable([{ ...write, state: 'gated' }, read, write], 16)).toEqual([1]);
  expect(startable([{ ...read, state: 'gated' }, write], 16)).toEqual([1]);
});

test('the bound counts what runs', () => {
  expect(startable([{ ...read, state: 'running' }, read, read, read], 2)).toEqual([1]);
  expect(startable([{ ...read, state: 'running' }, read], 1)).toEqual([]);
});

test('what waits for somebody else takes no room, and keeps its place among the effects', () => {
  const wait = { ...read, waits: true };
  expect(startable([wait, wait, read, read], 1)).toEqual([0, 1, 2]);
  expect(startable([{ ...wait, state: 'running' }, read, read], 1)).toEqual([1]);
  expect(startable([{ ...read, state: 'running' }, wait], 1)).toEqual([1]);
  expect(startable([write, { ...write, waits: true }], 16)).toEqual([0]);
});

test('every order of ends keeps the rules', async () => {
  const effect = fc.constantFrom('read', 'effect');
  const calls = fc.array(fc.record({ effect, ticks: fc.nat(5), waits: fc.boolean() }), { maxLength: 12 });
  await fc.assert(
    fc.asyncProperty(calls, fc.integer({ min: 1, max: 4 }), async (given, limit) => {
      let running = 0;
      let effects = 0;
      const effectOrder: number[] = [];
      const ran = new Set<number>();
      const scheduled = given.map((call) => ({ ...call, state: 'waiting' as const }));
      await orderCalls(
        scheduled,
        async (call, index) => {
          running += call.waits ? 0 : 1;
          if (call.effect === 'effect') {
            effects += 1;
            effectOrder.push(index);
          }
          expect(running).toBeLessThanOrEqual(limit);
          expect(effects).toBeLessThanOrEqual(1);
          for (let tick = 0; tick < call.ticks; tick += 1) await Promise.resolve();
          running -= call.waits ? 0 : 1;
          if (call.effect === 'effect') effects -= 1;
          ran.add(index);
        },
        { limit, signal: never },
      );
      expect(ran.size).toBe(given.length);
      expect(effectOrder).toEqual([...effectOrder].sort((a, b) => a - b));
    }),
  );
});

test('a throw stops what has not started, waits for the rest and is thrown on', async () => {
  const ran: number[] = [];
  const calls: ScheduledCall[] = [write, read, write];
  const run = async (_call: ScheduledCall, index: number) => {
    if (index === 0) throw new Error('broken');
    await Promise.resolve();
    ran.push(index);
  };
  await expect(orderCalls(calls, run, { limit: 4, signal: never })).rejects.toThrow('broken');
  expect(ran).toEqual([1]);
});

test('an abort stops what has not started', async () => {
  const controller = new AbortController();
  const ran: number[] = [];
  const running = orderCalls(
    [write, write],
    async (_call, index) => {
      ran.push(index);
      controller.abort(new Error('stopped'));
    },
    { limit: 4, signal: controller.signal },
  );
  await expect(running).rejects.toThrow('stopped');
  expect(ran).toEqual([0]);
});

test('calls behind a gated one are left waiting', async () => {
  const ran: number[] = [];
  const calls: ScheduledCall[] = [{ ...write, state: 'gated' }, read, write];
  await orderCalls(calls, async (_call, index) => void ran.push(index), { limit: 4, signal: never });
  expect(ran).toEqual([1]);
});

test('nothing to run answers at once', async () => {
  await expect(orderCalls([], async () => {}, { limit: 4, signal: never })).resolves.toBeUndefined();
});

test('answers though nothing may start: all gated or settled, no room, aborted before', async () => {
  const ran: number[] = [];
  const run = async (_call: ScheduledCall, index: number) => void ran.push(index);
  const gated: ScheduledCall[] = [{ ...write, state: 'gated' }, write, { ...read, state: 'settled' }];
  await expect(orderCalls(gated, run, { limit: 4, signal: never })).resolves.toBeUndefined();
  await expect(orderCalls([read, write], run, { limit: 0, signal: never })).resolves.toBeUndefined();
  const elsewhere: ScheduledCall[] = [{ ...write, state: 'running' }, write];
  await expect(orderCalls(elsewhere, run, { limit: 4, signal: never })).resolves.toBeUndefined();
  const stopped = AbortSignal.abort(new Error('stopped'));
  await expect(orderCalls([read, write], run, { limit: 4, signal: stopped })).rejects.toThrow('stopped');
  await expect(orderCalls([], run, { limit: 4, signal: stopped })).resolves.toBeUndefined();
  expect(ran).toEqual([]);
});

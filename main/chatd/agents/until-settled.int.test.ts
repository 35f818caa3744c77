import type { ChatId } from '@shared/model/ids.ts';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { Interrupted } from '../../tools/interrupted.ts';
import { DrivenClock } from '../../tools/testing/driven-clock.ts';
import { arrange, type Machine, openMachine } from '../machine/test-machine.ts';
import type { ChatFacts, ExecState } from '../machine/types.ts';
import { createHints, type Hints } from '../stream/hints.ts';
import { type Settled, untilSettled } from './until-settled.ts';

let m: Machine;
let hints: Hints;
beforeAll(async () => {
  m = await openMachine();
  hints = createHints(m.store);
});
afterAll(async () => {
  hints.close();
  await m.store.close();
});

const LOST: Pick<Hints, 'onChat'> = { onChat: () => () => {} };

/** A wait for a child in the given state; `looks` counts how often the database was asked. */
async function wait(
  state: ExecState,
  { limitMs, from = hints }: { limitMs: number; from?: Pick<Hints, 'onChat'> },
) {
  const parent = await arrange(m, 'R0');
  const child = await arrange(m, state);
  await m.db.query('update chats set parent_chat_id = $2, root_chat_id = $2 where id = $1', [
    child.chatId,
    parent.chatId,
  ]);
  const clock = new DrivenClock();
  const stop = new AbortController();
  let looks = 0;
  const store = {
    ...m.store,
    call: (...[name, args]: Parameters<typeof m.store.call>) => {
      looks += 1;
      return m.store.call(name, args);
    },
  } as typeof m.store;
  const deps = { store, hints: from };
  const target = { callerId: parent.chatId, chatId: child.chatId };
  const ended: { end?: Settled; error?: unknown } = {};
  const done = untilSettled(deps, target, { clock, limitMs, signal: stop.signal }).then(
    (end) => Object.assign(ended, { end }),
    (error: unknown) => Object.assign(ended, { error }),
  );
  return { child, clock, stop, ended, done, looks: () => looks };
}

/** Resolves when the wait sleeps again after `count` looks. */
async function asleep(waiting: Awaited<ReturnType<typeof wait>>, count: number): Promise<void> {
  while (waiting.looks() < count || waiting.clock.sleeping === 0) {
    await new Promise((resolve) => setImmediate(resolve));
  }
}

const setStatus = (chatId: ChatId, status: string) =>
  m.db.query('update chats set status = $2::chat_status where id = $1', [chatId, status]);

it('#220 answers at once for a child that is at rest', async () => {
  const waiting = await wait('E0', { limitMs: 10_000 });
  await waiting.done;
  expect(waiting.ended.end).toMatchObject({ kind: 'settled', agent: { status: 'error' } });
  expect(waiting.looks()).toBe(1);
});

it('#219 is woken by a hint, and only by one that tells a new status', async () => {
  const waiting = await wait('R0', { limitMs: 10_000 });
  await asleep(waiting, 1);
  const { fence } = waiting.child;
  await m.store.call('recordAttempt', fence);
  await m.store.call('finishTurn', fence);
  await waiting.done;
  expect(waiting.ended.end).toMatchObject({ kind: 'settled', agent: { status: 'waiting' } });
  expect(waiting.looks()).toBe(2);
  expect(waiting.clock.sleeping).toBe(0);
});

it('heals a lost hint after 5 s', async () => {
  const waiting = await wait('R0', { limitMs: 60_000, from: LOST });
  await asleep(waiting, 1);
  await m.store.call('finishTurn', waiting.child.fence);
  await waiting.clock.pass(4_999);
  expect(waiting.looks()).toBe(1);
  await waiting.clock.pass(1);
  await waiting.done;
  expect(waiting.ended.end).toMatchObject({ kind: 'settled' });
});

it('#228 ends when its time is up, and does not count what a sleeping computer slept', async () => {
  const waiting = await wait('R0', { limitMs: 12_000, from: LOST });
  await asleep(waiting, 1);
  await waiting.clock.pass(8 * 3_600_000);
  await asleep(waiting, 2);
  await waiting.clock.pass(5_000);
  await asleep(waiting, 3);
  await waiting.clock.pass(2_000);
  await waiting.done;
  expect(waiting.ended.end).toMatchObject({ kind: 'timeout', agent: { status: 'running' } });
  expect(waiting.looks()).toBe(4);
});

it('counts no time in which the child asks the person', async () => {
  const waiting = await wait('A0', { limitMs: 5_000, from: LOST });
  for (let looks = 1; looks < 20; looks++) {
    await asleep(waiting, looks);
    await waiting.clock.pass(5_000);
  }
  await asleep(waiting, 20);
  await setStatus(waiting.child.chatId, 'running');
  await waiting.clock.pass(5_000);
  await asleep(waiting, 21);
  await waiting.clock.pass(5_000);
  await waiting.done;
  expect(waiting.ended.end).toMatchObject({ kind: 'timeout' });
});

it('ends at once with the reason of its signal, and leaves neither a timer nor a listener', async () => {
  const listeners = new Set<(facts: ChatFacts) => void>();
  const from: Pick<Hints, 'onChat'> = {
    onChat(_chatId, listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
  };
  const waiting = await wait('R0', { limitMs: 60_000, from });
  await asleep(waiting, 1);
  expect(listeners.size).toBe(1);
  const reason = new Interrupted();
  waiting.stop.abort(reason);
  await waiting.done;
  expect(waiting.ended.error).toBe(reason);
  expect(waiting.clock.sleeping).toBe(0);
  expect(listeners.size).toBe(0);
});

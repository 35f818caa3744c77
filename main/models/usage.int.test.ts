import type { PGlite } from '@electric-sql/pglite';
import type { UsageNow } from '@shared/contract/usage.ts';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { systemClock } from '../base/clock.ts';
import { chatOperations } from '../chatd/machine/operations.ts';
import type { ChatOperationMap } from '../chatd/machine/store.ts';
import { arrange, machineOn } from '../chatd/machine/test-machine.ts';
import { type SettingOperations, settingOperations } from '../db/settings.ts';
import type { Store } from '../db/store.ts';
import { openTestStore } from '../db/test-store.ts';
import { type UsageOperations, usageOperations } from '../db/usage.ts';
import { createUsage } from './usage.ts';

type Ops = ChatOperationMap & UsageOperations & SettingOperations;

let store: Store<Ops>;
let db: PGlite;

beforeEach(async () => {
  ({ store, db } = await openTestStore<Ops>([
    { role: 'daemon', operations: chatOperations },
    { role: 'owner', operations: usageOperations },
    { role: 'owner', operations: settingOperations },
  ]));
});
afterEach(() => store.close());

it('tells what was spent at once and after each call, by account; the table adds up days of the person’s own', async () => {
  const m = await machineOn(db, store);
  const usage = createUsage({ store, clock: systemClock, timeZone: 'Pacific/Auckland' });
  const chat = await arrange(m, 'R0');
  const stop = new AbortController();
  const feed = usage.watch(stop.signal)[Symbol.asyncIterator]();
  const next = async () => (await feed.next()).value as UsageNow;
  expect((await next()).today).toEqual({ micros: 0, calls: 0, unpriced: 0 });

  const hold = { modelConfigId: m.modelId, estimateMicros: null };
  await store.call('recordAttempt', { ...chat.fence, hold });
  await store.call('commitStep', {
    ...chat.fence,
    installationId: 'i',
    messages: [
      {
        role: 'assistant',
        content: [{ type: 'text', text: 'x' }],
        usage: {
          input_tokens: 10,
          output_tokens: 5,
          total_tokens: null,
          reasoning_tokens: null,
          cache_creation_tokens: null,
          cache_read_tokens: 90,
        },
      },
    ],
    calls: [],
    consumeCompaction: false,
    costMicros: null,
  });
  const after = await next();
  expect(after.today).toEqual({ micros: 0, calls: 1, unpriced: 1 });
  expect(after.accounts).toMatchObject([{ calls: 1, unpriced: 1 }]);
  await store.call('setModelTitle', { chatId: chat.chatId, title: 'One', costMicros: 7 });
  expect((await next()).today).toEqual({ micros: 7, calls: 2, unpriced: 1 });
  stop.abort();

  const today = new Date().toLocaleDateString('en-CA', { timeZone: 'Pacific/Auckland' });
  expect(await usage.load(30)).toEqual([
    {
      day: today,
      account: 'demo',
      model: 'm',
      micros: 7,
      calls: 2,
      unpriced: 1,
      inputTokens: 100,
      outputTokens: 5,
    },
  ]);
  const [summary] = await store.call('listChats', { ownerId: chat.ownerId, archived: false });
  expect(summary?.cost).toEqual({ micros: 7, unpriced: 1 });
});

it('a budget is kept as the machine reads it; to raise it changes the cap alone', async () => {
  const m = await machineOn(db, store);
  const usage = createUsage({ store, clock: systemClock, timeZone: 'Pacific/Auckland' });
  const budget = { capMicros: 50, period: 'day' as const, chatCapMicros: 20, allowUnpriced: false };
  await usage.setBudget(budget);
  const attempt = async (estimateMicros: number) => {
    const chat = await arrange(m, 'R0');
    const hold = { modelConfigId: m.modelId, estimateMicros };
    const done = await store.call('recordAttempt', { ...chat.fence, hold });
    return done.ok ? 'ok' : 'scope' in done.error ? done.error.scope : done.error.kind;
  };
  expect(await attempt(21)).toBe('chat');
  expect([await attempt(20), await attempt(20), await attempt(20)]).toEqual(['ok', 'ok', 'day']);
  await usage.raise(60);
  expect(await attempt(20)).toBe('ok');
  const feed = usage.watch(AbortSignal.timeout(60_000))[Symbol.asyncIterator]();
  expect((await feed.next()).value?.budget).toEqual({ ...budget, capMicros: 60 });
  await feed.return?.();
});

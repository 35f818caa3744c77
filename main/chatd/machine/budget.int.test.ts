import type { ActionRequest } from '@shared/model/chat.ts';
import type { ModelConfigId } from '@shared/model/ids.ts';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import {
  type Arranged,
  arrange,
  loadAll,
  loadChat,
  type Machine,
  one,
  openMachine,
} from './test-machine.ts';

let m: Machine;
beforeAll(async () => {
  m = await openMachine();
});
beforeEach(() =>
  m.db.exec(
    'delete from chat_budget_holds; delete from chat_costs; delete from chat_budgets; delete from spending; delete from settings',
  ),
);
afterAll(() => m.store.close());

const ASKED: ActionRequest = { kind: 'budget', cap_micros: 100, spent_micros: 0, estimate_micros: 200 };

async function setBudget(more: object = {}): Promise<void> {
  const value = JSON.stringify({ cap_micros: 100, period: 'day', allow_unpriced: false, ...more });
  await m.db.query(
    `insert into settings (key, value) values ('budget', $1)
     on conflict (key) do update set value = excluded.value`,
    [value],
  );
}

async function fenceOf(chat: Arranged) {
  const { history_version, status, runner_id } = await loadChat(m, chat.chatId);
  const runnerId = runner_id ?? chat.runnerId;
  return { ...chat.fence, historyVersion: history_version, status, runnerId };
}

async function attempt(chat: Arranged, estimateMicros: number | null): Promise<string> {
  const hold = { modelConfigId: m.modelId as ModelConfigId, estimateMicros };
  const done = await m.store.call('recordAttempt', { ...(await fenceOf(chat)), hold });
  return done.ok ? 'ok' : done.error.kind;
}

async function commit(chat: Arranged, costMicros: number | null): Promise<void> {
  const done = await m.store.call('commitStep', {
    ...(await fenceOf(chat)),
    installationId: 'i',
    messages: [{ role: 'assistant', content: [{ type: 'text', text: 'x' }], costMicros }],
    calls: [],
    consumeCompaction: false,
    costMicros,
  });
  expect(done).toMatchObject({ ok: true });
}

async function spent(): Promise<number> {
  const row = await one<{ spent: number }>(
    m.db,
    'select coalesce(sum(coalesce(settled_micros, estimate_micros)), 0)::int as spent from chat_budget_holds',
  );
  return row.spent;
}

/** The chat asks about the budget and the person lets it go on; a worker takes it again. */
async function letPass(chat: Arranged): Promise<void> {
  await m.store.call('enterRequiresAction', { ...(await fenceOf(chat)), action: ASKED });
  const step = await m.store.call('loadStep', chat);
  const actionId = step?.actions[0]?.id;
  if (!actionId) throw new Error('no action was asked');
  await m.store.call('answerAction', { ...chat, actionId, answer: { decision: 'continue' } });
  await m.db.query('update chats set worker_id = gen_random_uuid(), runner_id = $2 where id = $1', [
    chat.chatId,
    chat.runnerId,
  ]);
}

describe('a cap', () => {
  test('counts open calls at their estimate and settled ones at their cost, over all chats', async () => {
    await setBudget();
    const [first, second] = [await arrange(m, 'R0'), await arrange(m, 'R0')];
    expect(await attempt(first, 60)).toBe('ok');
    const before = await loadAll(m, second.chatId);
    expect(await attempt(second, 50)).toBe('over-budget');
    expect(await loadAll(m, second.chatId)).toEqual(before);
    await commit(first, 10);
    expect(await attempt(second, 50)).toBe('ok');
    expect(await spent()).toBe(60);
  });

  test('a refusal names the figures', async () => {
    await setBudget();
    const chat = await arrange(m, 'R0');
    const hold = { modelConfigId: m.modelId, estimateMicros: 101.4 };
    expect(await m.store.call('recordAttempt', { ...chat.fence, hold })).toEqual({
      ok: false,
      error: { kind: 'over-budget', scope: 'day', capMicros: 100, spentMicros: 0, estimateMicros: 101.4 },
    });
  });

  test('what was spent before this period does not count', async () => {
    await setBudget({ period: 'month' });
    const chat = await arrange(m, 'R0');
    await attempt(chat, 90);
    await commit(chat, 90);
    expect(await attempt(chat, 20)).toBe('over-budget');
    await m.db.exec(`update spending set at = date_trunc('month', now()) - interval '1 second'`);
    expect(await attempt(chat, 20)).toBe('ok');
  });

  test('a model without a price is refused, unless the person allowed it', async () => {
    await setBudget();
    const chat = await arrange(m, 'R0');
    expect(await attempt(chat, null)).toBe('over-budget');
    await setBudget({ allow_unpriced: true });
    expect(await attempt(chat, null)).toBe('ok');
  });

  test('without one, or with one that nobody can read, all passes and is recorded', async () => {
    const chat = await arrange(m, 'R0');
    expect(await attempt(chat, 1_000_000)).toBe('ok');
    await setBudget({ period: 'decade' });
    expect(await attempt(chat, 1_000_000)).toBe('ok');
    expect(await spent()).toBe(2_000_000);
  });

  test('“continue” passes one call; one that failed may be tried again', async () => {
    await setBudget();
    const chat = await arrange(m, 'R0');
    expect(await attempt(chat, 200)).toBe('over-budget');
    await letPass(chat);
    expect(await attempt(chat, 200)).toBe('ok');
    const retry = {
      attempt: 1,
      delay_ms: 1,
      error: 'x',
      retrying_at: '2026-01-01T00:00:00Z',
      kind: 'timeout' as const,
    };
    expect(await m.store.call('recordRetry', { ...(await fenceOf(chat)), retry })).toMatchObject({
      ok: true,
    });
    expect(await spent()).toBe(0);
    expect(await attempt(chat, 200)).toBe('ok');
    await commit(chat, 150);
    expect(await attempt(chat, 1)).toBe('over-budget');
  });
});

describe('the cap of a tree', () => {
  test('counts the chat and all that it started, is its own or the usual one, and can be taken away', async () => {
    await setBudget({ cap_micros: null, chat_cap_micros: 100 });
    const root = await arrange(m, 'R0');
    const child = await arrange(m, 'R0');
    await m.db.query(
      'update chats set parent_chat_id = $2, root_chat_id = $2, owner_id = $3 where id = $1',
      [child.chatId, root.chatId, root.ownerId],
    );
    expect(await attempt(root, 60)).toBe('ok');
    expect(await attempt(child, 50)).toBe('over-budget');
    await commit(root, 40);
    expect(await attempt(child, 50)).toBe('ok');
    await commit(child, 50);
    expect(await attempt(root, 20)).toBe('over-budget');
    expect(await attempt(await arrange(m, 'R0'), 60)).toBe('ok');
    const set = (capMicros: number | null | 'usual') =>
      m.store.call('setChatBudget', { chatId: child.chatId, ownerId: root.ownerId, capMicros });
    await set(200);
    expect(await attempt(root, 20)).toBe('ok');
    await commit(root, 20);
    await set('usual');
    expect(await attempt(root, 20)).toBe('over-budget');
    await set(null);
    expect(await attempt(root, 1_000)).toBe('ok');
    const [summary] = await m.store.call('loadSummaries', {
      chatIds: [root.chatId],
      ownerId: root.ownerId,
    });
    expect(summary).toMatchObject({ cap_micros: null, cost: { micros: 60, unpriced: 0 } });
  });

  test('of a chat that is not there, or of somebody else, is refused', async () => {
    const { chatId } = await arrange(m, 'W');
    const other = await arrange(m, 'W');
    expect(
      await m.store.call('setChatBudget', { chatId, ownerId: other.ownerId, capMicros: 1 }),
    ).toMatchObject({
      error: { kind: 'not-found' },
    });
  });
});

describe('settling', () => {
  test('a commit: the cost stands on the message, too', async () => {
    const chat = await arrange(m, 'R0');
    await attempt(chat, 50);
    await commit(chat, 12.4);
    expect(await spent()).toBe(12);
    expect(
      await one(
        m.db,
        'select total_cost_micros from chat_messages where chat_id = $1 order by id desc limit 1',
        [chat.chatId],
      ),
    ).toEqual({ total_cost_micros: 12 });
  });

  test('an interrupted call at what is told, else at its estimate', async () => {
    for (const [costMicros, expected] of [
      [7, 7],
      [null, 57],
    ] as const) {
      const chat = await arrange(m, 'R0');
      await attempt(chat, 50);
      await m.store.call('interrupt', chat);
      await m.store.call('finishInterruption', { ...(await fenceOf(chat)), messages: [], costMicros });
      expect(await spent()).toBe(expected);
    }
  });

  test('a call whose process died keeps its estimate, and the next one is open', async () => {
    const chat = await arrange(m, 'R0');
    await attempt(chat, 50);
    await attempt(chat, 20);
    const { rows } = await m.db.query<{ settled_micros: number | null }>(
      'select settled_micros from chat_budget_holds where chat_id = $1 order by id',
      [chat.chatId],
    );
    expect(rows.map((row) => row.settled_micros)).toEqual([50, null]);
  });

  test('a call that failed costs nothing', async () => {
    const chat = await arrange(m, 'R0');
    await attempt(chat, 50);
    const fault = { message: 'broke', kind: 'generic' as const, retryable: false };
    await m.store.call('finishError', { ...(await fenceOf(chat)), fault });
    expect(await spent()).toBe(0);
  });

  test('a title counts, whether it is taken or not', async () => {
    const { chatId } = await arrange(m, 'W');
    expect(await m.store.call('setModelTitle', { chatId, title: 'One', costMicros: 3 })).toBe(true);
    expect(await m.store.call('setModelTitle', { chatId, title: 'Two', costMicros: 4 })).toBe(false);
    expect(await spent()).toBe(7);
  });
});

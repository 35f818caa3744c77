import { randomUUID } from 'node:crypto';
import { asId, type OwnerId } from '@shared/model/ids.ts';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import {
  type Arranged,
  addMessage,
  arrange,
  brokenInvariants,
  loadAll,
  loadChat,
  loadHistory,
  loadState,
  type Machine,
  openMachine,
} from './test-machine.ts';
import type { ExecState } from './types.ts';

let m: Machine;
beforeAll(async () => {
  m = await openMachine();
});
afterAll(() => m.store.close());

type How = Parameters<typeof arrange>[2];

/** A root and its children, all of one owner. */
async function family(root: ExecState, children: readonly (readonly [ExecState, How?])[]) {
  const top = await arrange(m, root, root === 'R0' ? { call: 'dispatched' } : {});
  const below: Arranged[] = [];
  for (const [state, how] of children) {
    const child = await arrange(m, state, how);
    await m.db.query(
      'update chats set parent_chat_id = $2, root_chat_id = $2, owner_id = $3 where id = $1',
      [child.chatId, top.chatId, top.ownerId],
    );
    below.push({ ...child, ownerId: top.ownerId });
  }
  return { top, below, states: () => Promise.all(below.map(({ chatId }) => loadState(m, chatId))) };
}

async function finish(chat: Arranged): Promise<void> {
  const { history_version, status } = await loadChat(m, chat.chatId);
  const fence = { ...chat.fence, historyVersion: history_version, status };
  const messages = [{ role: 'assistant' as const, content: [{ type: 'text' as const, text: 'half' }] }];
  expect(await m.store.call('finishInterruption', { ...fence, messages })).toMatchObject({ ok: true });
}

test('stopping all that runs: queues wait, and who waits for the person goes on waiting', async () => {
  const { top, below, states } = await family('R1', [
    ['R0'],
    ['R1'],
    ['A0', { call: 'gated' }],
    ['W'],
    ['I1'],
  ]);
  const { stopped } = await m.store.call('interruptAll', { ownerId: top.ownerId });
  expect([...stopped].sort()).toEqual(
    [top, ...below.filter((_, n) => n === 0 || n === 1 || n === 4)].map(({ chatId }) => chatId).sort(),
  );
  expect([await loadState(m, top.chatId), ...(await states())]).toEqual([
    'I1',
    'I0',
    'I1',
    'A0',
    'W',
    'I1',
  ]);
  for (const chat of [top, below[1], below[4]]) if (chat) await finish(chat);
  // A person's own chat, too: nothing is promoted.
  expect([await loadState(m, top.chatId), ...(await states())]).toEqual([
    'E1',
    'I0',
    'E1',
    'A0',
    'W',
    'E1',
  ]);
  const stranger = asId<OwnerId>(randomUUID());
  expect(await m.store.call('interruptAll', { ownerId: stranger })).toEqual({ stopped: [] });
});

describe('stopping a tree', () => {
  test('what runs is interrupted, what waits is idle, what rests is left alone', async () => {
    const { top, below, states } = await family('R0', [
      ['R0'],
      ['A0', { call: 'gated' }],
      ['W'],
      ['E0'],
      ['I0'],
    ]);
    const outcome = await m.store.call('interruptTree', top);
    expect(await loadState(m, top.chatId)).toBe('I0');
    expect(await states()).toEqual(['I0', 'W', 'W', 'E0', 'I0']);
    expect(outcome).toEqual({
      ok: true,
      value: {
        stopped: [
          top.chatId,
          ...below
            .slice(0, 2)
            .map(({ chatId }) => chatId)
            .toSorted(),
        ],
      },
    });
    for (const { chatId } of [top, ...below]) expect(await brokenInvariants(m, chatId)).toEqual([]);
  });

  test('below, a queue waits in E1 and nothing is promoted; the chat itself goes on with its own', async () => {
    const { top, below, states } = await family('R1', [['R1'], ['A1', { call: 'gated' }]]);
    await m.store.call('interruptTree', top);
    expect(await states()).toEqual(['I1', 'E1']);
    for (const chat of [top, ...below.slice(0, 1)]) await finish(chat);
    expect([await loadState(m, top.chatId), ...(await states())]).toEqual(['R0', 'E1', 'E1']);
    for (const { chatId } of below) {
      expect(await loadChat(m, chatId)).toMatchObject({ last_error: { kind: 'stopped' }, queued: 1 });
      expect(await brokenInvariants(m, chatId)).toEqual([]);
    }
    expect((await loadHistory(m, below[0]?.chatId ?? top.chatId)).at(-1)).toMatchObject({
      role: 'assistant',
      content: [{ text: 'half' }],
    });
  });

  test('what a person sends to a stopped chat afterwards is sent', async () => {
    const { top, below, states } = await family('R0', [['R1']]);
    await m.store.call('interruptTree', top);
    const [child] = below;
    if (!child) throw new Error('a child');
    await m.store.call('sendMessage', {
      chatId: child.chatId,
      ownerId: child.ownerId,
      content: [{ type: 'text', text: 'go on' }],
      modelConfigId: null,
      effort: undefined,
      busy: 'queue',
      sendKey: randomUUID(),
    });
    await finish(child);
    expect(await states()).toEqual(['R1']);
  });

  test('asked of a child it stops that child alone', async () => {
    const { top, below, states } = await family('R0', [['R0'], ['R0']]);
    const [first] = below;
    if (!first) throw new Error('a child');
    expect(await m.store.call('interruptTree', first)).toEqual({
      ok: true,
      value: { stopped: [first.chatId] },
    });
    expect([await loadState(m, top.chatId), ...(await states())]).toEqual(['R0', 'I0', 'R0']);
  });

  test('where nothing runs it is refused; another owner’s is not found', async () => {
    const { top } = await family('W', [['E0'], ['I0']]);
    const before = await loadAll(m, top.chatId);
    expect(await m.store.call('interruptTree', top)).toMatchObject({
      ok: false,
      error: { kind: 'not-allowed', from: 'W' },
    });
    const foreign = { chatId: top.chatId, ownerId: asId<OwnerId>(randomUUID()) };
    expect(await m.store.call('interruptTree', foreign)).toEqual({
      ok: false,
      error: { kind: 'not-found' },
    });
    expect(await loadAll(m, top.chatId)).toEqual(before);
  });

  test('a chat that waits while a child runs is stopped through that child', async () => {
    const { top, states } = await family('W', [['R0']]);
    expect(await m.store.call('interruptTree', top)).toMatchObject({ ok: true });
    expect([await loadState(m, top.chatId), ...(await states())]).toEqual(['W', 'I0']);
  });
});

describe('repair', () => {
  const repair = ({ chatId, ownerId }: Arranged) =>
    m.store.call('reconcileInvalidState', { chatId, ownerId, fault: null });

  test('an idle chat with a queue keeps the queue and says what to do', async () => {
    const chat = await arrange(m, 'W', { queued: 2 });
    expect(await brokenInvariants(m, chat.chatId)).toContain('invalid-state');
    expect(await repair(chat)).toEqual({ ok: true, value: null });
    const after = await loadChat(m, chat.chatId);
    expect(after).toMatchObject({ status: 'error', queued: 2, last_error: { kind: 'generic' } });
    expect(after.history_version).toBeLessThan(after.snapshot_version);
    expect(await brokenInvariants(m, chat.chatId)).toEqual([]);
  });

  test('open calls are cancelled, and only then does history move', async () => {
    const chat = await arrange(m, 'Invalid', { call: 'gated' });
    await m.db.query(
      `update chats set status = 'requires_action', requires_action_deadline_at = now() where id = $1`,
      [chat.chatId],
    );
    await m.store.call('reconcileInvalidState', {
      ...chat,
      ownerId: null,
      fault: { kind: 'generic', message: 'mended', retryable: false },
    });
    const after = await loadChat(m, chat.chatId);
    expect(after).toMatchObject({
      archived: false,
      requires_action_deadline_at: null,
      last_error: { message: 'mended' },
    });
    expect(after.history_version).toBe(after.snapshot_version);
    expect(await brokenInvariants(m, chat.chatId)).toEqual([]);
  });

  test('a family stays together', async () => {
    const { top, below, states } = await family('XW', [['Invalid'], ['XE0']]);
    const [broken] = below;
    if (!broken) throw new Error('a child');
    await repair(broken);
    expect([await loadState(m, top.chatId), ...(await states())]).toEqual(['W', 'E0', 'E0']);
    for (const { chatId } of below) expect(await brokenInvariants(m, chatId)).toEqual([]);
  });
});

describe('each rule is found', () => {
  const text = [{ type: 'text', text: 'x' }];
  const call = { type: 'tool-call', tool_call_id: 'z', tool_name: 't', args: {} };
  test.each<[string, (chat: Arranged) => Promise<unknown>]>([
    [
      'version-ahead',
      ({ chatId }) => m.db.query('update chats set queue_version = 9 where id = $1', [chatId]),
    ],
    [
      'revision-ahead',
      ({ chatId }) => m.db.query('update chats set history_version = 0 where id = $1', [chatId]),
    ],
    ['call-without-result', ({ chatId }) => addMessage(m, chatId, 'assistant', [call])],
    [
      'strayed-result',
      async ({ chatId }) => {
        await addMessage(m, chatId, 'user', text);
        await addMessage(m, chatId, 'tool', text);
      },
    ],
    [
      'retry-without-attempt',
      ({ chatId }) => m.db.query(`update chats set retry_state = '{}' where id = $1`, [chatId]),
    ],
    [
      'stale-error',
      ({ chatId }) => m.db.query(`update chats set last_error = '{}' where id = $1`, [chatId]),
    ],
    [
      'stale-deadline',
      ({ chatId }) =>
        m.db.query('update chats set requires_action_deadline_at = now() where id = $1', [chatId]),
    ],
    [
      'asks-nothing',
      ({ chatId }) => m.db.query(`update chats set status = 'requires_action' where id = $1`, [chatId]),
    ],
    [
      'family-split',
      async ({ chatId }) => {
        const { top } = await family('XW', []);
        await m.db.query('update chats set root_chat_id = $2 where id = $1', [chatId, top.chatId]);
      },
    ],
  ])('%s', async (rule, corrupt) => {
    const chat = await arrange(m, 'W');
    expect(await m.store.call('listViolations', { limit: 1_000 })).not.toContainEqual({
      chatId: chat.chatId,
      rule,
    });
    await corrupt(chat);
    expect(await m.store.call('listViolations', { limit: 1_000 })).toContainEqual({
      chatId: chat.chatId,
      rule,
    });
  });

  test('an open call of an idle chat', async () => {
    const chat = await arrange(m, 'W', { call: 'gated' });
    expect(await brokenInvariants(m, chat.chatId)).toContain('open-call');
  });
});

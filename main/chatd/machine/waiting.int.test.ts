import type { ActionRequest } from '@shared/model/chat.ts';
import { asId, type MessageId, type ToolKey } from '@shared/model/ids.ts';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import {
  type Arranged,
  addCall,
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

let m: Machine;
beforeAll(async () => {
  m = await openMachine();
});
afterAll(() => m.store.close());

const LOOP: ActionRequest = {
  kind: 'loop',
  tool: 'execute',
  subject: 'npm test',
  times: 3,
  message_id: asId<MessageId>(1),
};
const DYNAMIC = { call: 'gated', isDynamic: true } as const;

/** Adds a second call to the newest answer and its ledger. */
async function addSecondCall(chat: Arranged, isDynamic: boolean): Promise<void> {
  await m.db.query(
    `update chat_messages set content = content
       || '[{"type":"tool-call","tool_call_id":"call_1","tool_name":"execute","args":{}}]'::jsonb where id = $1`,
    [chat.assistantId],
  );
  const key = `${chat.key}-second`;
  await addCall(m, chat.chatId, chat.assistantId, { key, state: 'gated', index: 1, isDynamic });
}

async function refreshed(chat: Arranged) {
  const { history_version, status } = await loadChat(m, chat.chatId);
  return { ...chat.fence, historyVersion: history_version, status };
}

async function toolRows(chat: Arranged): Promise<readonly unknown[]> {
  return (await loadHistory(m, chat.chatId))
    .filter((row) => row.role === 'tool')
    .flatMap((row) => row.content ?? []);
}

const answer = (chat: Arranged, more: { key?: string } = {}) => ({
  chatId: chat.chatId,
  ownerId: chat.ownerId,
  key: asId<ToolKey>(more.key ?? chat.key),
  hash: 'H',
  decision: 'allow' as const,
  note: null,
});

const submit = (chat: Arranged, results: readonly (readonly [string, string])[]) =>
  m.store.call('completeRequiresAction', {
    chatId: chat.chatId,
    ownerId: chat.ownerId,
    results: results.map(([toolCallId, output]) => ({ toolCallId, output, isError: false })),
  });

describe('actions', () => {
  test('an action is asked with the wait, counted in the tree and told by name', async () => {
    const chat = await arrange(m, 'R0');
    expect(await m.store.call('enterRequiresAction', { ...chat.fence, action: LOOP })).toMatchObject({
      ok: true,
    });
    const step = await m.store.call('loadStep', { chatId: chat.chatId });
    expect(step?.actions).toMatchObject([LOOP]);
    expect(await loadChat(m, chat.chatId)).toMatchObject({
      status: 'requires_action',
      runner_id: null,
      requires_action_deadline_at: null,
    });
    expect(await m.store.call('loadSummary', chat)).toMatchObject({
      asks: 1,
      activity: 'Asks whether to go on: the same execute 3 times',
    });
    expect(await brokenInvariants(m, chat.chatId)).toEqual([]);
  });

  test('continue: the chat runs, unowned, and the action is answered once', async () => {
    const chat = await arrange(m, 'A0', { action: LOOP });
    const reply = { ...chat, answer: { decision: 'continue' as const } };
    expect(await m.store.call('answerAction', reply)).toEqual({ ok: true, value: null });
    expect(await loadChat(m, chat.chatId)).toMatchObject({ status: 'running', worker_id: null });
    expect(await m.store.call('answerAction', reply)).toEqual({
      ok: false,
      error: { kind: 'already-answered' },
    });
    const other = await arrange(m, 'A0');
    expect(await m.store.call('answerAction', { ...reply, chatId: other.chatId })).toMatchObject({
      ok: false,
    });
  });

  test('a chat that asks twice runs after the second answer', async () => {
    const chat = await arrange(m, 'A0', { action: LOOP, call: 'gated' });
    await m.store.call('answerAction', { ...chat, answer: { decision: 'continue' } });
    expect(await loadState(m, chat.chatId)).toBe('A0');
    await m.store.call('answerCall', answer(chat));
    expect(await loadState(m, chat.chatId)).toBe('R0');
  });

  test.each([
    ['stop', (chat: Arranged) => m.store.call('answerAction', { ...chat, answer: { decision: 'stop' } })],
    ['interrupt', (chat: Arranged) => m.store.call('interrupt', chat)],
    [
      'edit',
      ({ chatId, ownerId, userMessageId: messageId }: Arranged) =>
        m.store.call('editMessage', {
          chatId,
          ownerId,
          messageId,
          content: [{ type: 'text', text: 'new' }],
        }),
    ],
  ])('%s: what was asked is asked no more', async (_, act) => {
    const chat = await arrange(m, 'A0', { action: LOOP, call: 'gated' });
    expect(await act(chat)).toMatchObject({ ok: true });
    expect(await m.store.call('loadSummary', chat)).toMatchObject({ asks: 0, pending: false });
    expect(await brokenInvariants(m, chat.chatId)).toEqual([]);
  });

  test('a wait without anything to wait for is refused', async () => {
    const chat = await arrange(m, 'R0', { call: 'cleared' });
    const before = await loadAll(m, chat.chatId);
    expect(await m.store.call('enterRequiresAction', chat.fence)).toMatchObject({
      error: { kind: 'invalid' },
    });
    expect(await loadAll(m, chat.chatId)).toEqual(before);
  });
});

describe('calls that the client runs', () => {
  test('wait with a deadline, and only with one', async () => {
    const chat = await arrange(m, 'R0', DYNAMIC);
    expect(await m.store.call('enterRequiresAction', chat.fence)).toMatchObject({
      error: { kind: 'invalid' },
    });
    await m.store.call('enterRequiresAction', { ...chat.fence, deadlineMs: 300_000 });
    expect((await loadChat(m, chat.chatId)).requires_action_deadline_at).not.toBeNull();
    expect(await m.store.call('loadSummary', chat)).toMatchObject({
      asks: 0,
      activity: 'Waiting for results from outside',
    });
  });

  test('a chat commits them for its own tools alone', async () => {
    const call = {
      index: 0,
      providerCallId: 'call_0',
      tool: 'pick_file',
      argsHash: 'h',
      effect: 'effect' as const,
      state: 'gated' as const,
      approval: null,
    };
    const tool = { name: 'pick_file', description: 'Picks', parameters: { type: 'object' } };
    const chat = await arrange(m, 'R0');
    const step = async () => ({
      ...(await refreshed(chat)),
      installationId: 'i',
      messages: [{ role: 'assistant' as const, content: [] }],
      calls: [call],
      consumeCompaction: false,
    });
    expect(await m.store.call('commitStep', await step())).toMatchObject({ error: { kind: 'invalid' } });
    await m.db.query('update chats set dynamic_tools = $2 where id = $1', [
      chat.chatId,
      JSON.stringify([tool]),
    ]);
    expect(await m.store.call('commitStep', await step())).toMatchObject({ ok: true });
    expect((await m.store.call('loadStep', chat))?.chat.dynamicTools).toEqual([tool]);
  });

  test('#163 results that are doubled, unexpected, missing or no JSON change nothing', async () => {
    const chat = await arrange(m, 'A0', DYNAMIC);
    await addSecondCall(chat, true);
    const before = await loadAll(m, chat.chatId);
    for (const results of [
      [
        ['call_0', '1'],
        ['call_0', '2'],
        ['call_1', '3'],
      ],
      [
        ['call_0', '1'],
        ['call_1', '2'],
        ['call_2', '3'],
      ],
      [['call_0', '1']],
      [],
      [
        ['call_0', '1'],
        ['call_1', 'not json'],
      ],
    ] as const) {
      expect(await submit(chat, results)).toMatchObject({ ok: false, error: { kind: 'invalid' } });
    }
    expect(await loadAll(m, chat.chatId)).toEqual(before);
  });

  test('results become history in call order, and the chat runs', async () => {
    const chat = await arrange(m, 'A0', DYNAMIC);
    await addSecondCall(chat, true);
    expect(
      await submit(chat, [
        ['call_1', '"second"'],
        ['call_0', '{"a":1}'],
      ]),
    ).toMatchObject({ ok: true });
    expect(await toolRows(chat)).toMatchObject([
      { tool_call_id: 'call_0', result: { a: 1 } },
      { tool_call_id: 'call_1', result: 'second' },
    ]);
    const after = await loadChat(m, chat.chatId);
    expect(after).toMatchObject({ status: 'running', worker_id: null, requires_action_deadline_at: null });
    expect(after.history_version).toBe(after.snapshot_version);
    expect(await brokenInvariants(m, chat.chatId)).toEqual([]);
  });

  test('where the person is asked, too, results wait with the chat for the answer', async () => {
    const chat = await arrange(m, 'A0', DYNAMIC);
    await addSecondCall(chat, false);
    expect(await submit(chat, [['call_0', '1']])).toMatchObject({ ok: true });
    expect(await loadState(m, chat.chatId)).toBe('A0');
    expect(await toolRows(chat)).toEqual([]);
    await m.store.call('answerCall', answer(chat, { key: `${chat.key}-second` }));
    expect(await loadState(m, chat.chatId)).toBe('R0');
  });

  test('a late client’s calls time out, and only a late one’s', async () => {
    const late = await arrange(m, 'A1', DYNAMIC);
    const early = await arrange(m, 'A0', DYNAMIC);
    const person = await arrange(m, 'A0');
    const deadline = (chat: Arranged, seconds: number) =>
      m.db.query(
        `update chats set requires_action_deadline_at = now() + $2 * interval '1 second' where id = $1`,
        [chat.chatId, seconds],
      );
    await deadline(late, -1);
    await deadline(early, 100);
    expect(await m.store.call('cancelOverdueActions', {})).toEqual([late.chatId]);
    expect(await toolRows(late)).toMatchObject([
      { tool_call_id: 'call_0', is_error: true, result: 'tool execution timed out' },
    ]);
    expect(await Promise.all([late, early, person].map(({ chatId }) => loadState(m, chatId)))).toEqual([
      'R1',
      'A0',
      'A0',
    ]);
    expect(await m.store.call('cancelOverdueActions', {})).toEqual([]);
    expect(await brokenInvariants(m, late.chatId)).toEqual([]);
  });

  test('a person’s answer does not stand in for the client’s', async () => {
    const chat = await arrange(m, 'A0', DYNAMIC);
    expect(await m.store.call('answerCall', answer(chat))).toMatchObject({ error: { kind: 'changed' } });
    expect(await m.store.call('interrupt', chat)).toMatchObject({ ok: true });
    expect(await submit(chat, [['call_0', '1']])).toMatchObject({ error: { kind: 'not-allowed' } });
  });
});

test('an open action elsewhere than in A is a violation', async () => {
  const chat = await arrange(m, 'R0', { action: LOOP });
  await addMessage(m, chat.chatId, 'user', [{ type: 'text', text: 'x' }]);
  expect(await brokenInvariants(m, chat.chatId)).toEqual(['asks-elsewhere']);
});

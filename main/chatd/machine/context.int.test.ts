import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Hint } from '../../db/store.ts';
import {
  type Arranged,
  addMessage,
  addSummary,
  arrange,
  brokenInvariants,
  loadAll,
  loadChat,
  loadHistory,
  type Machine,
  openMachine,
} from './test-machine.ts';

let m: Machine;
beforeAll(async () => {
  m = await openMachine();
});
afterAll(() => m.store.close());

const words = (text: string) => [{ type: 'text' as const, text }];
const invalid = { ok: false, error: { kind: 'invalid' } };

async function prompt(chat: Arranged): Promise<readonly string[]> {
  const read = await m.store.call('loadPrompt', chat);
  return (read?.prompt ?? []).map(({ content: [part] }) => (part?.type === 'text' ? part.text : ''));
}

const send = (chat: Arranged, text: string) =>
  m.store.call('sendMessage', {
    chatId: chat.chatId,
    ownerId: chat.ownerId,
    content: words(text),
    modelConfigId: null,
    effort: undefined,
    busy: 'queue',
    sendKey: `${chat.chatId} ${text}`,
  });

/** What a runner writes: the boundary, the divider and a replayed message. */
async function compact(chat: Arranged): Promise<void> {
  const { history_version, runner_id } = await loadChat(m, chat.chatId);
  const call = { tool_call_id: 'sum', tool_name: 'chat_summarized' };
  const compressed = true;
  const done = await m.store.call('commitStep', {
    ...chat.fence,
    runnerId: runner_id ?? chat.runnerId,
    historyVersion: history_version,
    status: 'running',
    installationId: 'i',
    calls: [],
    consumeCompaction: true,
    messages: [
      { role: 'system', visibility: 'model', compressed, content: words('In short.') },
      {
        role: 'assistant',
        visibility: 'user',
        compressed,
        content: [{ type: 'tool-call', ...call, args: {} }],
      },
      { role: 'tool', compressed, content: [{ type: 'tool-result', ...call, result: {} }] },
      { role: 'user', visibility: 'model', content: words('question') },
    ],
  });
  expect(done).toMatchObject({ ok: true });
}

describe('asking for a summary', () => {
  test('#172 clears owner and error, sets the marker and moves the history version without a message', async () => {
    const chat = await arrange(m, 'E0');
    const before = await loadChat(m, chat.chatId);
    expect(before.runner_id).toBe(chat.runnerId);
    const heard: Hint[] = [];
    const stop = m.store.onHint((hint) => heard.push(hint));
    expect(await m.store.call('requestCompaction', chat)).toEqual({ ok: true, value: null });
    stop();
    const after = await loadChat(m, chat.chatId);
    expect(after).toMatchObject({
      status: 'running',
      worker_id: null,
      runner_id: null,
      last_error: null,
      message_count: before.message_count,
      history_version: after.snapshot_version,
      generation_attempt: 0,
    });
    expect(after.history_version).toBeGreaterThan(before.history_version);
    expect((await m.store.call('loadStep', chat))?.chat.compactionRequested).toBe(true);
    expect(heard).toContainEqual({ channel: 'chat_ownership', payload: { chatId: chat.chatId } });
  });

  test('is refused where the model has said nothing since the last one', async () => {
    const chat = await arrange(m, 'W', { isCompacted: true });
    const before = await loadAll(m, chat.chatId);
    expect(await m.store.call('requestCompaction', chat)).toMatchObject(invalid);
    expect(await loadAll(m, chat.chatId)).toEqual(before);
    await addMessage(m, chat.chatId, 'assistant', words('more'));
    expect(await m.store.call('requestCompaction', chat)).toMatchObject({ ok: true });
  });

  test('the marker outlives an attempt and a queued message, not an interrupt', async () => {
    const chat = await arrange(m, 'R0');
    const mark = `update chats set compaction_requested_at = now() where id = $1`;
    await m.db.query(mark, [chat.chatId]);
    await m.store.call('recordAttempt', chat.fence);
    await send(chat, 'later');
    expect((await loadChat(m, chat.chatId)).compaction_requested_at).not.toBeNull();
    await m.store.call('interrupt', chat);
    expect((await loadChat(m, chat.chatId)).compaction_requested_at).toBeNull();
  });
});

describe('clearing', () => {
  test('#173 three rows are added, and the prompt begins there', async () => {
    const chat = await arrange(m, 'E0', { call: 'gated' });
    expect(await m.store.call('clearContext', chat)).toEqual({ ok: true, value: null });
    expect((await loadHistory(m, chat.chatId)).map((row) => [row.role, row.visibility])).toEqual([
      ['user', 'both'],
      ['assistant', 'both'],
      ['tool', 'both'],
      ['system', 'model'],
      ['assistant', 'user'],
      ['tool', 'both'],
    ]);
    expect(await prompt(chat)).toEqual(['The person cleared the conversation before this point.']);
    expect(await loadChat(m, chat.chatId)).toMatchObject({ status: 'waiting', last_error: null });
    expect(await brokenInvariants(m, chat.chatId)).toEqual([]);
    await send(chat, 'afresh');
    expect((await prompt(chat)).slice(1)).toEqual(['afresh']);
  });

  test('twice in a row there is nothing to clear', async () => {
    const chat = await arrange(m, 'W');
    await m.store.call('clearContext', chat);
    expect(await m.store.call('clearContext', chat)).toMatchObject(invalid);
  });
});

describe('taking it back', () => {
  test('the rows of the newest boundary go, what was said later stays, and no automatic one follows', async () => {
    const chat = await arrange(m, 'R0');
    await compact(chat);
    expect(await prompt(chat)).toEqual(['In short.', 'question']);
    const { history_version: historyVersion } = await loadChat(m, chat.chatId);
    await m.store.call('commitStep', {
      ...chat.fence,
      historyVersion,
      installationId: 'i',
      messages: [{ role: 'assistant', content: words('go on') }],
      calls: [],
      consumeCompaction: false,
    });
    const now = await loadChat(m, chat.chatId);
    await m.store.call('finishTurn', { ...chat.fence, historyVersion: now.history_version });
    expect(await m.store.call('undoCompaction', chat)).toEqual({ ok: true, value: null });
    expect(await prompt(chat)).toEqual(['question', 'answer', 'go on']);
    const step = await m.store.call('loadStep', chat);
    expect(step).toMatchObject({ boundary: null, chat: { compactionHeld: true } });
    expect(await brokenInvariants(m, chat.chatId)).toEqual([]);
    await send(chat, 'next');
    expect((await m.store.call('loadStep', chat))?.chat.compactionHeld).toBe(false);
  });

  test('the one before it counts again', async () => {
    const chat = await arrange(m, 'W', { isCompacted: true });
    await addMessage(m, chat.chatId, 'assistant', words('since'));
    await m.db.query('update chats set snapshot_version = snapshot_version + 1 where id = $1', [
      chat.chatId,
    ]);
    await addSummary(m, chat.chatId);
    expect(await prompt(chat)).toEqual(['In short: question and answer.']);
    await m.store.call('undoCompaction', chat);
    expect(await prompt(chat)).toEqual(['In short: question and answer.', 'since']);
  });

  test('without a boundary there is nothing to take back', async () => {
    const chat = await arrange(m, 'W');
    expect(await m.store.call('undoCompaction', chat)).toMatchObject(invalid);
  });

  test('in E1 the error and the queue stay', async () => {
    const chat = await arrange(m, 'E1', { isCompacted: true });
    await m.store.call('undoCompaction', chat);
    expect(await loadChat(m, chat.chatId)).toMatchObject({ status: 'error', queued: 1 });
    expect(await brokenInvariants(m, chat.chatId)).toEqual([]);
  });
});

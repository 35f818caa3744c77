import { randomUUID } from 'node:crypto';
import { asId, type ChatId, type OwnerId } from '@shared/model/ids.ts';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Tx } from '../../db/store.ts';
import { loadSnapshot } from './reads.ts';
import { addMessage, arrange, loadChat, loadHistory, type Machine, openMachine } from './test-machine.ts';

let m: Machine;
beforeAll(async () => {
  m = await openMachine();
});
afterAll(() => m.store.close());

const words = (text: string) => [{ type: 'text' as const, text }];

describe('what a stream reads', () => {
  test('a snapshot is the newest rows, oldest first, with the count of all', async () => {
    const chat = await arrange(m, 'R1', { call: 'gated' });
    for (let at = 0; at < 5; at++) await addMessage(m, chat.chatId, 'user', words(`m${at}`));
    const snapshot = await m.store.call('loadSnapshot', { ...chat, rows: 3 });
    expect(snapshot?.messages.map((row) => row.content)).toEqual(['m2', 'm3', 'm4'].map(words));
    expect(snapshot).toMatchObject({
      messageCount: 7,
      queue: [{ content: words('queued 0') }],
      calls: [{ state: 'gated' }],
    });
    expect(snapshot?.facts).toEqual(await m.store.call('loadFacts', chat));
  });

  test('a stream’s calls are what the ledger says, and their results are not even read', async () => {
    const chat = await arrange(m, 'R0', { call: 'done' });
    await m.db.query(`update chat_tool_calls set process_id = 'p' where key = $1`, [chat.key]);
    const read: object[] = [];
    const tx: Tx = {
      async query<T>(sql: string, params: readonly unknown[] = []) {
        const { rows } = await m.db.query<T>(sql, [...params]);
        read.push(...(rows as object[]));
        return { rows, rowCount: rows.length };
      },
    };
    const snapshot = await loadSnapshot.run(tx, { ...chat, rows: 3 });
    expect(snapshot?.calls).toMatchObject([
      {
        key: chat.key,
        message_id: chat.assistantId,
        index: 0,
        tool_call_id: 'call_0',
        tool: 'execute',
        state: 'done',
        process_id: 'p',
        approval: { hash: 'H' },
        started_at: null,
      },
    ]);
    expect(read.filter((row) => 'result' in row)).toEqual([]);
  });

  test('a sync is what moved since: new rows, ids of deleted ones, the queue only when it changed', async () => {
    const chat = await arrange(m, 'R1');
    const known = await loadChat(m, chat.chatId);
    const versions = {
      historyVersion: known.history_version,
      queueVersion: known.queue_version,
      fromMessageId: null,
    };
    const still = await m.store.call('loadSync', { ...chat, ...versions });
    expect(still).toMatchObject({ messages: [], deletedIds: [], queue: null });
    await m.store.call('editMessage', { ...chat, messageId: chat.userMessageId, content: words('again') });
    const moved = await m.store.call('loadSync', { ...chat, ...versions });
    expect(moved).toMatchObject({
      deletedIds: [chat.userMessageId, chat.assistantId],
      queue: [],
      messageCount: 1,
    });
    expect(moved?.messages.map((row) => row.content)).toEqual([words('again')]);
  });

  test('a sync names what was deleted before the rows that were sent too: the window may have paged there', async () => {
    const chat = await arrange(m, 'W');
    const known = await loadChat(m, chat.chatId);
    await m.store.call('editMessage', { ...chat, messageId: chat.userMessageId, content: words('again') });
    const moved = await m.store.call('loadSync', {
      ...chat,
      historyVersion: known.history_version,
      queueVersion: known.queue_version,
      fromMessageId: chat.assistantId,
    });
    expect(moved?.deletedIds).toEqual([chat.userMessageId, chat.assistantId]);
    expect(moved?.messages.map((row) => row.content)).toEqual([words('again')]);
  });

  test('pages go back, forth and around; rows for the model alone are never among them', async () => {
    const chat = await arrange(m, 'W');
    for (let at = 0; at < 8; at++) await addMessage(m, chat.chatId, 'user', words(`m${at}`));
    await m.db.query(`update chat_messages set visibility = 'model' where id = $1`, [chat.assistantId]);
    const ids = (await loadHistory(m, chat.chatId))
      .map((row) => row.id)
      .filter((id) => id !== chat.assistantId);
    const page = async (where: object) =>
      (await m.store.call('loadPage', { ...chat, limit: 4, ...where }))?.map((row) => row.id);
    expect(await page({})).toEqual(ids.slice(-4));
    expect(await page({ before: ids[5] })).toEqual(ids.slice(1, 5));
    expect(await page({ after: ids[5] })).toEqual(ids.slice(6));
    expect(await page({ around: ids[4] })).toEqual(ids.slice(2, 6));
    expect(await m.store.call('loadMessage', { ...chat, messageId: chat.assistantId })).toBeNull();
  });
});

describe('what a runner reads', () => {
  test('#173 the prompt starts at the newest boundary and keeps plain system rows', async () => {
    const chat = await arrange(m, 'R0');
    const add = async (sql: string, text: string) =>
      m.db.query(`insert into chat_messages (chat_id, content, ${sql}`, [
        chat.chatId,
        JSON.stringify(words(text)),
      ]);
    await add(`role, visibility) values ($1, $2, 'system', 'model')`, 'rules');
    await add(`role, compressed, visibility) values ($1, $2, 'system', true, 'model')`, 'summary');
    await add(`role, compressed) values ($1, $2, 'assistant', true)`, 'compaction call');
    await add(`role, visibility) values ($1, $2, 'user', 'user')`, 'for the window');
    await add(`role) values ($1, $2, 'user')`, 'next');
    await add(`role) values ($1, $2, 'assistant')`, 'reply');
    const step = await m.store.call('loadStep', chat);
    const read = await m.store.call('loadPrompt', chat);
    expect(read?.prompt.map((row) => row.content)).toEqual(
      ['rules', 'summary', 'next', 'reply'].map(words),
    );
    expect(read?.historyVersion).toBe(step?.facts.historyVersion);
    expect(step).toMatchObject({ stepsInTurn: 1, userMessages: 2 });
  });

  test('the tail of a step begins with the last answer, before or after a boundary', async () => {
    const chat = await arrange(m, 'R0', { call: 'done' });
    const add = (role: string, text: string) => addMessage(m, chat.chatId, role, words(text));
    const tail = async () => {
      const [step, read] = [await m.store.call('loadStep', chat), await m.store.call('loadPrompt', chat)];
      const first = step?.tail[0]?.id ?? 0;
      expect(step?.tail).toEqual(
        expect.arrayContaining(read?.prompt.filter((row) => row.id >= first) ?? []),
      );
      return step?.tail.map((row) => row.role);
    };
    expect(await tail()).toEqual(['assistant']);
    await add('tool', 'result');
    await add('user', 'next');
    expect(await tail()).toEqual(['assistant', 'tool', 'user']);
    await add('assistant', 'answer');
    expect(await tail()).toEqual(['assistant']);
    // Compacted since: its last answer still tells whether the turn is over.
    await m.db.query(
      `insert into chat_messages (chat_id, role, content, compressed, visibility) values ($1, 'system', '[]', true, 'model')`,
      [chat.chatId],
    );
    await add('user', 'go on');
    expect(await tail()).toEqual(['assistant', 'system', 'user']);
    const step = await m.store.call('loadStep', chat);
    expect(step?.boundary).toMatchObject({ messageId: step?.tail[1]?.id, answers: 0 });
  });

  test('before the first answer the tail is the whole prompt', async () => {
    const chat = await arrange(m, 'R0');
    await m.db.query('update chat_messages set deleted = true where id = $1', [chat.assistantId]);
    expect((await m.store.call('loadStep', chat))?.tail.map((row) => row.role)).toEqual(['user']);
    expect(await m.store.call('loadStep', { chatId: asId<ChatId>(randomUUID()) })).toBeNull();
    expect(await m.store.call('loadPrompt', { chatId: asId<ChatId>(randomUUID()) })).toBeNull();
  });
});

describe('the tree', () => {
  test('unread is an answer after what was read, and reading never goes back', async () => {
    const chat = await arrange(m, 'W');
    expect(await m.store.call('loadSummary', chat)).toMatchObject({ unread: true });
    await m.store.call('markRead', { ...chat, messageId: chat.assistantId });
    await m.store.call('markRead', { ...chat, messageId: chat.userMessageId });
    expect(await m.store.call('loadSummary', chat)).toMatchObject({ unread: false });
    expect((await loadChat(m, chat.chatId)).snapshot_version).toBe(1);
  });

  test('says what runs', async () => {
    const chat = await arrange(m, 'R0', { call: 'dispatched' });
    expect(await m.store.call('loadSummary', chat)).toMatchObject({
      activity: 'Running ls',
      pending: false,
    });
    const waiting = await arrange(m, 'R0', { owned: false });
    expect(await m.store.call('loadSummary', waiting)).toMatchObject({ activity: null, pending: true });
  });

  test('#35 a list has the caller’s chats only', async () => {
    const { ownerId, chatId } = await arrange(m, 'W');
    const stranger = randomUUID();
    await m.db.query(
      `insert into chats (owner_id, title, last_model_config_id) values ($1, 'theirs', $2)`,
      [stranger, m.modelId],
    );
    const own = await m.store.call('listChats', { ownerId, archived: false });
    expect(own.map((chat) => chat.id)).toContain(chatId);
    expect(own.map((chat) => chat.title)).not.toContain('theirs');
    const theirs = await m.store.call('listChats', { ownerId: asId<OwnerId>(stranger), archived: false });
    expect(theirs.map((chat) => chat.title)).toEqual(['theirs']);
  });

  test('a list of 1,000 chats is one query over indexes', async () => {
    const { ownerId, chatId } = await arrange(m, 'W');
    await m.db.query(
      `insert into chats (owner_id, title, last_model_config_id)
       select $1, 'c' || i, $2 from generate_series(1, 999) i`,
      [ownerId, m.modelId],
    );
    await m.db.query(
      `insert into chat_messages (chat_id, role, content)
       select id, r::chat_role, '[]' from chats, unnest(array['user', 'assistant', 'tool', 'assistant']) r where owner_id = $1`,
      [ownerId],
    );
    await m.db.exec('analyze');
    const chats = await m.store.call('listChats', { ownerId, archived: false });
    expect(chats).toHaveLength(1_000);
    expect(chats.find((chat) => chat.id === chatId)).toBeDefined();
  });
});

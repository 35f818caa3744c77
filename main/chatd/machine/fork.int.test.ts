import { randomUUID } from 'node:crypto';
import { asId, type ChatId, type MessageId } from '@shared/model/ids.ts';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Hint } from '../../db/store.ts';
import type { MessageRow } from './rows.ts';
import { engines, type OpenedMachine } from './test-engines.ts';
import {
  type Arranged,
  addCall,
  addMessage,
  addSummary,
  arrange,
  brokenInvariants,
  loadAll,
  loadChat,
  loadHistory,
  loadState,
  type Machine,
  one,
  type TestDb,
} from './test-machine.ts';

const words = (text: string) => [{ type: 'text' as const, text }];
const textOf = ({ content }: Pick<MessageRow, 'content'>) => {
  const part = content?.[0];
  return part?.type === 'text' ? part.text : (part?.type ?? '');
};

describe.each(engines)('a fork on $name', ({ open, skip }) => {
  describe.skipIf(skip)('forks and pins', () => {
    let opened: OpenedMachine;
    let m: Machine<TestDb>;
    beforeAll(async () => {
      opened = await open();
      m = opened.m;
    });
    afterAll(() => opened.close());

    const fork = (from: Arranged, messageId: MessageId, forkKey = randomUUID()) =>
      m.store.call('forkChat', {
        chatId: from.chatId,
        ownerId: from.ownerId,
        messageId,
        forkId: asId<ChatId>(randomUUID()),
        forkKey,
      });

    async function forked(from: Arranged, messageId: MessageId): Promise<ChatId> {
      const answer = await fork(from, messageId);
      expect(answer).toMatchObject({ ok: true, value: { created: true } });
      if (!answer.ok) throw new Error('refused');
      expect(await brokenInvariants(m, answer.value.chatId)).toEqual([]);
      return answer.value.chatId;
    }

    const send = (chatId: ChatId, chat: Arranged, text: string) =>
      m.store.call('sendMessage', {
        chatId,
        ownerId: chat.ownerId,
        content: words(text),
        modelConfigId: null,
        effort: undefined,
        busy: 'queue',
        sendKey: randomUUID(),
      });

    const prompt = async (chatId: ChatId) =>
      ((await m.store.call('loadPrompt', { chatId }))?.prompt ?? []).map(textOf);

    test('at an answer it rests with a copy of all until then, and both go on by themselves', async () => {
      const chat = await arrange(m, 'W');
      await addMessage(m, chat.chatId, 'user', words('and now?'));
      await m.db.query('update chat_messages set total_cost_micros = 5, input_tokens = 7 where id = $1', [
        chat.assistantId,
      ]);
      const before = await loadAll(m, chat.chatId);
      const copy = await forked(chat, chat.assistantId);
      expect(await loadAll(m, chat.chatId), 'the origin is as it was').toEqual(before);
      expect(await loadState(m, copy)).toBe('W');
      const rows = await loadHistory(m, copy);
      expect(rows.map(textOf)).toEqual(['question', 'answer']);
      // What it cost was paid in the other chat; how full the context is is known here, too.
      expect(rows[1]).toMatchObject({ total_cost_micros: 0, input_tokens: 7 });
      expect(rows[0]).toMatchObject({ total_cost_micros: null });
      const summary = await m.store.call('loadSummary', { chatId: copy, ownerId: chat.ownerId });
      expect(summary).toMatchObject({
        title: 'Fork of Title',
        unread: false,
        parent_chat_id: null,
        forked_from: { chat_id: chat.chatId, message_id: chat.assistantId, title: 'Title' },
      });
      expect(await loadChat(m, copy)).toMatchObject({ message_count: 2, title_source: 'user' });
      await send(copy, chat, 'here');
      await send(chat.chatId, chat, 'there');
      expect(await prompt(copy)).toEqual(['question', 'answer', 'here']);
      expect(await prompt(chat.chatId)).toEqual(['question', 'answer', 'and now?', 'there']);
      expect(await brokenInvariants(m, copy)).toEqual([]);
    });

    test('at a question it runs: a worker is offered it, and it is answered anew', async () => {
      const chat = await arrange(m, 'W');
      const heard: Hint[] = [];
      const stop = m.store.onHint((hint) => heard.push(hint));
      const copy = await forked(chat, chat.userMessageId);
      await expect
        .poll(() => heard.filter(({ payload }) => payload['chatId'] === copy).map((h) => h.channel))
        .toContain('chat_ownership');
      stop();
      expect(heard).toContainEqual({
        channel: 'chat_watch',
        payload: { chatId: copy, parentChatId: null, kind: 'created' },
      });
      expect(await loadState(m, copy)).toBe('R0');
      expect((await loadHistory(m, copy)).map(textOf)).toEqual(['question']);
    });

    test('the same key answers with the fork that exists, also when two ask at once', async () => {
      const chat = await arrange(m, 'W');
      const key = randomUUID();
      const both = await Promise.all([1, 2].map(() => fork(chat, chat.assistantId, key)));
      const again = await fork(chat, chat.assistantId, key);
      const ids = [...both, again].map((answer) => answer.ok && answer.value.chatId);
      expect(new Set(ids).size).toBe(1);
      expect(both.filter((answer) => answer.ok && answer.value.created)).toHaveLength(1);
      expect(again).toMatchObject({ ok: true, value: { created: false } });
    });

    test('calls without a result get one that says why; no ledger row comes along, so nothing runs again', async () => {
      const chat = await arrange(m, 'R0', { call: 'dispatched' });
      const copy = await forked(chat, chat.assistantId);
      const rows = await loadHistory(m, copy);
      expect(rows.map((row) => row.role)).toEqual(['user', 'assistant', 'tool']);
      expect(rows[2]?.content).toMatchObject([
        { tool_call_id: 'call_0', is_error: true, result: expect.stringContaining('forked') },
      ]);
      expect(await m.store.call('loadStep', { chatId: copy })).toMatchObject({
        calls: [],
        recentCalls: [],
      });
      expect(await loadState(m, copy)).toBe('W');
      expect(await loadState(m, chat.chatId), 'the call of the origin goes on').toBe('R0');
    });

    test('results that stand behind an answer come along with it, in their order', async () => {
      const chat = await arrange(m, 'W', { call: 'done' });
      await addCall(m, chat.chatId, chat.assistantId, { key: randomUUID(), state: 'done', index: 1 });
      for (const at of [0]) {
        const result = {
          type: 'tool-result',
          tool_call_id: `call_${at}`,
          tool_name: 'execute',
          result: {},
        };
        await addMessage(m, chat.chatId, 'tool', [result]);
      }
      await addMessage(m, chat.chatId, 'assistant', words('done'));
      const copy = await forked(chat, chat.assistantId);
      expect((await loadHistory(m, copy)).map((row) => row.role)).toEqual(['user', 'assistant', 'tool']);
    });

    test('the model reads from the summary that counted there; what came before it stays readable; Undo takes it back', async () => {
      const chat = await arrange(m, 'W');
      await addSummary(m, chat.chatId);
      const after = await addMessage(m, chat.chatId, 'assistant', words('later'));
      const behind = await forked(chat, after);
      expect(await prompt(behind)).toEqual(['In short: question and answer.', 'later']);
      expect((await loadHistory(m, behind)).length).toBe(6);
      const ahead = await forked(chat, chat.assistantId);
      expect(await prompt(ahead)).toEqual(['question', 'answer']);
      const scope = { chatId: behind, ownerId: chat.ownerId };
      expect(await m.store.call('undoCompaction', scope)).toMatchObject({ ok: true });
      expect(await prompt(behind)).toEqual(['question', 'answer', 'later']);
      expect((await m.store.call('loadPrompt', chat))?.prompt.length, 'in the origin it stands').toBe(2);
    });

    test('rows that were edited away, that only the model sees, or of a cut are no end; strangers see nothing', async () => {
      const chat = await arrange(m, 'W');
      await addSummary(m, chat.chatId);
      const rows = await loadHistory(m, chat.chatId);
      const gone = { ok: false, error: { kind: 'message-not-found' } };
      for (const row of rows.slice(2)) expect(await fork(chat, row.id)).toEqual(gone);
      await m.db.query('update chat_messages set deleted = true where id = $1', [chat.assistantId]);
      expect(await fork(chat, chat.assistantId)).toEqual(gone);
      const stranger = { ...chat, ownerId: asId<Arranged['ownerId']>(randomUUID()) };
      expect(await fork(stranger, chat.userMessageId)).toEqual({ ok: false, error: { kind: 'not-found' } });
      const copy = await forked(chat, chat.userMessageId);
      expect((await loadHistory(m, copy)).map(textOf)).toEqual(['question']);
    });

    test('an archived chat and an agent’s chat are forked, too: the fork is a root that is not archived', async () => {
      const chat = await arrange(m, 'XE0');
      const copy = await forked(chat, chat.assistantId);
      expect(await loadState(m, copy)).toBe('W');
      const child = await arrange(m, 'W');
      await m.db.query(`update chats set parent_chat_id = $2, root_chat_id = $2 where id = $1`, [
        child.chatId,
        copy,
      ]);
      const root = await forked(child, child.assistantId);
      expect(await loadChat(m, root)).toMatchObject({ parent_chat_id: null, root_chat_id: null });
      expect(await forked({ ...child, chatId: root }, (await lastOf(root)).id)).toBeTruthy();
    });

    test('a fork of a fork says so once', async () => {
      const chat = await arrange(m, 'W');
      const first = await forked(chat, chat.assistantId);
      const second = await forked({ ...chat, chatId: first }, (await lastOf(first)).id);
      expect(await loadChat(m, second)).toMatchObject({ title: 'Fork of Title' });
    });

    async function lastOf(chatId: ChatId): Promise<MessageRow> {
      const row = (await loadHistory(m, chatId)).at(-1);
      if (!row) throw new Error('no row');
      return row;
    }

    test('what an edit would drop is counted to the end, with the queue and the files that stay', async () => {
      const chat = await arrange(m, 'R1');
      const write = (path: string) => ({
        type: 'tool-call',
        tool_call_id: `call_${path}`,
        tool_name: 'write_file',
        args: { path, content: '' },
      });
      const edits = {
        type: 'tool-call',
        tool_call_id: 'e',
        tool_name: 'edit_files',
        args: { files: [{ path: 'b' }, { path: 'c' }] },
      };
      await addMessage(m, chat.chatId, 'assistant', [write('a'), write('b'), edits]);
      const scope = { chatId: chat.chatId, ownerId: chat.ownerId };
      const dropped = { ...scope, messageId: chat.userMessageId };
      expect(await m.store.call('loadDropped', dropped)).toEqual({ messages: 2, queued: 1, files: 3 });
      const nowhere = { ...scope, messageId: asId<MessageId>(9_999_999) };
      expect(await m.store.call('loadDropped', nowhere)).toBeNull();
    });

    test('pins keep an order without gaps, and move no version', async () => {
      const chats: Arranged[] = [];
      for (let at = 0; at < 3; at++) chats.push(await arrange(m, 'W'));
      const [first] = chats;
      if (!first) throw new Error('none');
      const { ownerId } = first;
      for (const { chatId } of chats)
        await m.db.query('update chats set owner_id = $2 where id = $1', [chatId, ownerId]);
      const ids = chats.map(({ chatId }) => chatId);
      const pin = (chatId: ChatId, at: number | null) => m.store.call('pinChat', { chatId, ownerId, at });
      const order = async () =>
        (
          await m.db.query<{ id: ChatId }>(
            'select id from chats where owner_id = $1 and pin_order > 0 order by pin_order',
            [ownerId],
          )
        ).rows.map(({ id }) => ids.indexOf(id));
      const before = await loadChat(m, first.chatId);
      for (const id of ids) expect(await pin(id, 99)).toEqual({ ok: true, value: null });
      expect(await order()).toEqual([0, 1, 2]);
      await pin(ids[2] as ChatId, 1);
      expect(await order()).toEqual([2, 0, 1]);
      await pin(ids[0] as ChatId, null);
      expect(await order()).toEqual([2, 1]);
      const max = await one<{ max: number }>(
        m.db,
        'select max(pin_order) as max from chats where owner_id = $1',
        [ownerId],
      );
      expect(max.max).toBe(2);
      const { snapshot_version, updated_at } = await loadChat(m, first.chatId);
      expect({ snapshot_version, updated_at }).toEqual({
        snapshot_version: before.snapshot_version,
        updated_at: before.updated_at,
      });
      await m.db.query('update chats set parent_chat_id = $2 where id = $1', [ids[0], ids[1]]);
      expect(await pin(ids[0] as ChatId, 1)).toMatchObject({ ok: false, error: { kind: 'invalid' } });
      expect(await pin(asId<ChatId>(randomUUID()), 1)).toEqual({ ok: false, error: { kind: 'not-found' } });
    });
  });
});

import { randomUUID } from 'node:crypto';
import { asId, type ChatId, type FileId, type MessageId, type OwnerId } from '@shared/model/ids.ts';
import { invariant } from '@shared/util/invariant.ts';
import pg from 'pg';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { clientConfig } from '../../db/shared-sessions.ts';
import { MAX_CHAT_FILES } from './files.ts';
import { engines, type OpenedMachine } from './test-engines.ts';
import { type Arranged, arrange, loadHistory, type Machine, one, type TestDb } from './test-machine.ts';

const PNG = Uint8Array.from({ length: 5_000 }, (_, at) => at % 256);

describe.each(engines)('files on $name', ({ open, skip }) => {
  describe.skipIf(skip)('attached', () => {
    let opened: OpenedMachine;
    let m: Machine<TestDb>;
    beforeAll(async () => {
      opened = await open();
      m = opened.m;
    });
    afterAll(() => opened.close());

    async function add(
      ownerId: OwnerId,
      name = 'a.png',
      data = PNG,
      fileId = asId<FileId>(randomUUID()),
    ): Promise<FileId> {
      await m.store.call('addFile', { fileId, ownerId, name, mediaType: 'image/png', data });
      return fileId;
    }
    const parts = (...ids: readonly FileId[]) =>
      ids.map((file_id) => ({ type: 'file' as const, media_type: '', file_id }));
    const send = (chat: Pick<Arranged, 'chatId' | 'ownerId'>, ...ids: readonly FileId[]) =>
      m.store.call('sendMessage', {
        chatId: chat.chatId,
        ownerId: chat.ownerId,
        content: parts(...ids),
        modelConfigId: null,
        effort: undefined,
        busy: 'queue',
        sendKey: randomUUID(),
      });
    const load = (fileId: FileId, ownerId: OwnerId | null = null) =>
      m.store.call('loadFile', { fileId, ownerId });
    const ids = (...all: readonly string[]) => all.map((id) => asId<FileId>(id));
    const filesOf = (chatId: ChatId) =>
      m.db
        .query<{ id: FileId }>('select id from chat_files where chat_id = $1 order by used_at, seq', [
          chatId,
        ])
        .then(({ rows }) => rows.map(({ id }) => id));

    test('bytes come back as they went in, and only to their owner', async () => {
      const { ownerId } = await arrange(m, 'W');
      const file = await add(ownerId, 'né\u0000w.png');
      expect(await load(file, ownerId)).toEqual({
        name: 'né\ufffdw.png',
        mediaType: 'image/png',
        data: PNG,
      });
      expect(await load(file, asId<OwnerId>(randomUUID()))).toBeNull();
      await m.store.call('removeFile', { ownerId, fileId: file });
      expect(await load(file)).toBeNull();
    });

    test('a message says what its files are, and they are its chat’s from then on', async () => {
      const chat = await arrange(m, 'W');
      const file = await add(chat.ownerId);
      expect(await send(chat, file)).toMatchObject({ ok: true });
      expect((await loadHistory(m, chat.chatId)).at(-1)?.content).toEqual([
        { type: 'file', file_id: file, name: 'a.png', media_type: 'image/png', size: PNG.byteLength },
      ]);
      await m.store.call('removeFile', { ownerId: chat.ownerId, fileId: file });
      expect(await load(file), 'a message names it').not.toBeNull();
      const other = { chatId: (await arrange(m, 'W')).chatId, ownerId: chat.ownerId };
      await m.db.query('update chats set owner_id = $2 where id = $1', [other.chatId, chat.ownerId]);
      expect(await send(other, file)).toMatchObject({ ok: false, error: { kind: 'file-expired' } });
      expect(await filesOf(other.chatId)).toEqual([]);
    });

    test('who wants several files takes them in one order, so that two who do never wait for each other', async () => {
      const chat = await arrange(m, 'W');
      const [low = '', high = ''] = [randomUUID(), randomUUID()].sort();
      // The order in which they lie is the other one.
      for (const id of [high, low]) await add(chat.ownerId, 'a.png', PNG, asId<FileId>(id));
      const other = opened.url === null ? null : await holdFile(m, opened.url, low);
      const sending = send(chat, ...ids(high, low));
      await other?.takeToo(high);
      expect(await sending).toMatchObject({ ok: true });
    });

    test('queued messages and new chats take theirs, too', async () => {
      const chat = await arrange(m, 'R0');
      const [first, second] = [await add(chat.ownerId), await add(chat.ownerId, 'b.png')];
      const sent = await send(chat, first);
      if (!sent.ok || sent.value.queuedId === null) throw new Error('it was not queued');
      const edit = { ...chat, queuedId: sent.value.queuedId };
      expect(await m.store.call('editQueued', { ...edit, content: parts(second) })).toMatchObject({
        ok: true,
      });
      const { content } = await one<{ content: unknown }>(
        m.db,
        'select content from chat_queued_messages where chat_id = $1',
        [chat.chatId],
      );
      expect(content).toMatchObject([{ file_id: second, name: 'b.png', media_type: 'image/png' }]);
      const chatId = asId<ChatId>(randomUUID());
      const third = await add(chat.ownerId);
      const create = {
        chatId,
        ownerId: chat.ownerId,
        workspaceId: null,
        title: 'New',
        modelConfigId: null,
        effort: null,
        spawnKey: randomUUID(),
      };
      const made = await m.store.call('createChat', {
        ...create,
        messages: [{ role: 'user', content: parts(third) }],
      });
      expect(made).toMatchObject({ ok: true });
      expect(await filesOf(chatId)).toEqual([third]);
      const refused = await m.store.call('createChat', {
        ...create,
        chatId: asId<ChatId>(randomUUID()),
        spawnKey: randomUUID(),
        messages: [{ role: 'user', content: parts(third) }],
      });
      expect(refused).toMatchObject({ ok: false, error: { kind: 'file-expired' } });
    });

    test('over 50 the oldest expire; an edit that names one of them is refused and changes nothing', async () => {
      const chat = await arrange(m, 'W');
      const old = await add(chat.ownerId, 'old.png');
      await send(chat, old);
      const files: FileId[] = [];
      for (let at = 0; at < MAX_CHAT_FILES; at++) files.push(await add(chat.ownerId));
      for (let at = 0; at < MAX_CHAT_FILES; at += 20) await send(chat, ...files.slice(at, at + 20));
      // A running chat queues them; they are its files all the same.
      expect((await filesOf(chat.chatId)).sort()).toEqual([...files].sort());
      const { ownerId } = chat;
      expect(await m.store.call('listPresentFiles', { ownerId, fileIds: [old, files[0] ?? old] })).toEqual([
        files[0],
      ]);
      const before = await loadHistory(m, chat.chatId);
      const named = before.find(({ content }) => JSON.stringify(content).includes(old));
      const edit = { chatId: chat.chatId, ownerId, messageId: named?.id as MessageId };
      const refused = await m.store.call('editMessage', {
        ...edit,
        content: [{ type: 'text', text: 'again' }, ...parts(old)],
      });
      expect(refused).toMatchObject({ ok: false, error: { kind: 'file-expired', name: 'old.png' } });
      expect(await loadHistory(m, chat.chatId)).toEqual(before);
      const kept = parts(files[3] ?? old);
      expect(await m.store.call('editMessage', { ...edit, content: kept })).toMatchObject({ ok: true });
    });

    test('a fork refers to copies of its own', async () => {
      const chat = await arrange(m, 'W');
      const [kept, gone] = [await add(chat.ownerId), await add(chat.ownerId, 'gone.png')];
      await send(chat, kept, gone);
      const question = (await loadHistory(m, chat.chatId)).at(-1);
      await m.db.query('delete from chat_files where id = $1', [gone]);
      const forkId = asId<ChatId>(randomUUID());
      const forked = await m.store.call('forkChat', {
        chatId: chat.chatId,
        ownerId: chat.ownerId,
        messageId: question?.id as MessageId,
        forkId,
        forkKey: randomUUID(),
      });
      expect(forked).toMatchObject({ ok: true });
      const [copy] = await filesOf(forkId);
      if (!copy) throw new Error('nothing was copied');
      expect(copy).not.toBe(kept);
      const [original, copied] = [question?.content?.[0], question?.content?.[1]];
      expect((await loadHistory(m, forkId)).at(-1)?.content).toEqual([
        { ...original, file_id: copy },
        copied,
      ]);
      await m.db.query('delete from chat_files where id = $1', [kept]);
      expect((await load(copy))?.data).toEqual(PNG);
    });

    test('a draft keeps its files, but for those that are gone; what was never sent goes after a week', async () => {
      const ownerId = asId<OwnerId>(randomUUID());
      const [first, second, loose] = [await add(ownerId), await add(ownerId, 'b.png'), await add(ownerId)];
      const draft = { ownerId, key: randomUUID() };
      await m.store.call('setDraft', {
        ...draft,
        text: '',
        files: [second, first, asId<FileId>(randomUUID())],
      });
      await m.db.query(`update chat_files set created_at = now() - interval '8 days' where owner_id = $1`, [
        ownerId,
      ]);
      await add(ownerId);
      expect(await load(loose)).toBeNull();
      const found = await m.store.call('getDraft', draft);
      expect(found.text).toBe('');
      expect(found.files.map(({ file_id, name }) => [file_id, name])).toEqual([
        [second, 'b.png'],
        [first, 'a.png'],
      ]);
      await m.store.call('setDraft', { ...draft, text: '', files: [] });
      expect(await m.store.call('getDraft', draft)).toEqual({ text: '', files: [] });
    });
  });
});

/** Somebody else who has the one file, and while a third waits for it takes the other one, if that is free. */
async function holdFile(m: Machine<TestDb>, url: string, fileId: string) {
  const client = new pg.Client(clientConfig(url));
  await client.connect();
  const lock = 'select from chat_files where id = $1 for update nowait';
  await client.query('begin');
  await client.query(lock, [fileId]);
  const waiting = `select from pg_locks where not granted and locktype in ('tuple', 'transactionid')`;
  return {
    async takeToo(id: string) {
      await vi.waitFor(async () => invariant((await m.db.query(waiting)).rows.length > 0, 'waits'), 10_000);
      try {
        await client.query(lock, [id]);
      } finally {
        await client.end();
      }
    },
  };
}

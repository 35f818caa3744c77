import type { ChatId } from '@shared/model/ids.ts';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { addMessage, arrange, loadChat, type Machine, one, openMachine } from './test-machine.ts';

let m: Machine;
beforeAll(async () => {
  m = await openMachine();
});
afterAll(() => m.store.close());

async function bump(chatId: ChatId): Promise<number> {
  const row = await one<{ snapshot_version: number }>(
    m.db,
    'update chats set snapshot_version = snapshot_version + 1 where id = $1 returning snapshot_version',
    [chatId],
  );
  return row.snapshot_version;
}

async function loadRevision(id: number): Promise<number> {
  return (await one<{ revision: number }>(m.db, 'select revision from chat_messages where id = $1', [id]))
    .revision;
}

describe('triggers on messages', () => {
  test('#177 an insert gets the revision, the chat the history version, and the attempt goes to 0', async () => {
    const { chatId } = await arrange(m, 'R0', { attempt: 3 });
    const version = await bump(chatId);
    const id = await addMessage(m, chatId, 'user', [{ type: 'text', text: 'x' }]);
    expect(await loadRevision(id)).toBe(version);
    expect(await loadChat(m, chatId)).toMatchObject({ history_version: version, generation_attempt: 0 });
  });

  test('#178 an update gives a new revision and history version', async () => {
    const { chatId, userMessageId } = await arrange(m, 'W');
    const version = await bump(chatId);
    await m.db.query('update chat_messages set deleted = true where id = $1', [userMessageId]);
    expect(await loadRevision(userMessageId)).toBe(version);
    expect(await loadChat(m, chatId)).toMatchObject({ history_version: version, message_count: 1 });
  });

  test('#179 a revision cannot be given', async () => {
    const { chatId, userMessageId } = await arrange(m, 'W');
    await expect(
      m.db.query(
        `insert into chat_messages (chat_id, role, content, revision) values ($1, 'user', '[]', 5)`,
        [chatId],
      ),
    ).rejects.toThrow(/revision/);
    await expect(
      m.db.query('update chat_messages set revision = 99 where id = $1', [userMessageId]),
    ).rejects.toThrow(/revision/);
  });

  test('#180 a message stays in its chat', async () => {
    const { userMessageId } = await arrange(m, 'W');
    const other = await arrange(m, 'W');
    await expect(
      m.db.query('update chat_messages set chat_id = $2 where id = $1', [userMessageId, other.chatId]),
    ).rejects.toThrow(/chat_id/);
  });

  test('#181 an update that changes nothing moves no version', async () => {
    const { chatId, userMessageId } = await arrange(m, 'W');
    await bump(chatId);
    const before = await loadChat(m, chatId);
    await m.db.query('update chat_messages set role = role, content = content where id = $1', [
      userMessageId,
    ]);
    expect(await loadChat(m, chatId)).toEqual(before);
  });
});

test('#182 what is searched is no column of a message: filling it cannot move a version', async () => {
  const { rows } = await m.db.query<{ name: string }>(
    `select column_name as name from information_schema.columns where table_name = 'chat_messages'`,
  );
  const names = rows.map((row) => row.name);
  expect(names).toContain('content');
  expect(names.filter((name) => /search|tsv/.test(name))).toEqual([]);
});

describe('triggers on the queue', () => {
  test('#183 an insert moves the queue version', async () => {
    const { chatId, ownerId } = await arrange(m, 'R0');
    const version = await bump(chatId);
    await m.db.query(
      `insert into chat_queued_messages (chat_id, content, created_by) values ($1, '[]', $2)`,
      [chatId, ownerId],
    );
    expect((await loadChat(m, chatId)).queue_version).toBe(version);
  });

  test('#184 an update of the content moves the queue version', async () => {
    const { chatId } = await arrange(m, 'R1');
    const version = await bump(chatId);
    await m.db.query(`update chat_queued_messages set content = '[1]' where chat_id = $1`, [chatId]);
    expect((await loadChat(m, chatId)).queue_version).toBe(version);
  });

  test('#185 an author is required', async () => {
    const { chatId } = await arrange(m, 'R1');
    await expect(
      m.db.query('update chat_queued_messages set created_by = null where chat_id = $1', [chatId]),
    ).rejects.toThrow(/not-null/);
  });

  test('#186 an insert without an author gets the owner of the chat', async () => {
    const { chatId, ownerId } = await arrange(m, 'R0');
    const row = await one<{ created_by: string }>(
      m.db,
      `insert into chat_queued_messages (chat_id, content) values ($1, '[]') returning created_by`,
      [chatId],
    );
    expect(row.created_by).toBe(ownerId);
  });
});

describe('#187 the trigger on retries', () => {
  const retry = { attempt: 1 };

  test('a new attempt takes the banner away and moves its version', async () => {
    const { chatId } = await arrange(m, 'R0', { attempt: 1, retry });
    const version = await bump(chatId);
    await m.db.query('update chats set generation_attempt = 2 where id = $1', [chatId]);
    expect(await loadChat(m, chatId)).toMatchObject({ retry_state: null, retry_state_version: version });
  });

  test('committed history takes it away too', async () => {
    const { chatId } = await arrange(m, 'R0', { attempt: 1, retry });
    await addMessage(m, chatId, 'assistant', [{ type: 'text', text: 'x' }]);
    expect(await loadChat(m, chatId)).toMatchObject({ retry_state: null, generation_attempt: 0 });
  });

  test('a wait takes the version of the chat', async () => {
    const { chatId } = await arrange(m, 'R0', { attempt: 1 });
    const version = await bump(chatId);
    await m.db.query('update chats set retry_state = $2 where id = $1', [chatId, JSON.stringify(retry)]);
    expect(await loadChat(m, chatId)).toMatchObject({
      retry_state: retry,
      retry_state_version: version,
      generation_attempt: 1,
    });
  });

  test('its version cannot be given', async () => {
    const { chatId } = await arrange(m, 'R0');
    await expect(
      m.db.query('update chats set retry_state_version = 7 where id = $1', [chatId]),
    ).rejects.toThrow(/retry_state_version/);
  });
});

test('#176 #189 a failing operation changes nothing and tells nobody', async () => {
  const { chatId, fence } = await arrange(m, 'R0');
  const before = await loadChat(m, chatId);
  const heard: string[] = [];
  const stop = m.store.onHint((hint) => heard.push(hint.channel));
  const bad = { role: 'assistant' as const, content: [], modelConfigId: 'not a uuid' as never };
  await expect(
    m.store.call('commitStep', {
      ...fence,
      installationId: 'i',
      messages: [{ role: 'assistant', content: [] }, bad],
      calls: [],
      consumeCompaction: false,
    }),
  ).rejects.toThrow(/uuid/);
  expect(await m.store.call('commitResults', fence)).toMatchObject({
    ok: false,
    error: { kind: 'invalid' },
  });
  expect(await loadChat(m, chatId)).toEqual(before);
  expect(heard).toEqual([]);
  stop();
});

import { randomUUID } from 'node:crypto';
import type { PGlite } from '@electric-sql/pglite';
import type { CallName } from '@shared/contract/index.ts';
import { asId, type ChatId, type OwnerId } from '@shared/model/ids.ts';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { silentLog } from '../base/log.ts';
import { systemRandom } from '../base/random.ts';
import { chatOperations } from '../chatd/machine/operations.ts';
import type { ChatOperationMap } from '../chatd/machine/store.ts';
import { openTestStore } from '../db/test-store.ts';
import { type ChatHandlerDeps, chatCalls } from './chats.ts';
import type { CallHandlers } from './handlers.ts';
import { serveCall } from './serve.ts';

/** What a window is told when its request makes no sense, on a real database (CHATD 12.12). */
const KNOWN = randomUUID();
let db: PGlite;
let close: () => Promise<void>;
let calls: CallHandlers;
let modelId: string;
beforeAll(async () => {
  const opened = await openTestStore<ChatOperationMap>([{ role: 'daemon', operations: chatOperations }]);
  db = opened.db;
  close = opened.store.close;
  calls = chatCalls({
    store: opened.store,
    ownerId: asId<OwnerId>(randomUUID()),
    random: systemRandom,
    hasWorkspace: (id) => id === KNOWN,
  } as Partial<ChatHandlerDeps> as ChatHandlerDeps) as CallHandlers;
  const { rows } = await db.query<{ id: string }>(
    `with account as (insert into chat_providers (kind, name) values ('demo', 'Demo') returning id)
     insert into chat_model_configs (provider_id, model, is_default) select id, 'demo', true from account returning id`,
  );
  modelId = rows[0]?.id ?? '';
});
afterAll(() => close());

const ask = (name: CallName, input: object) => serveCall(calls, { name, input }, silentLog);
const told = async (name: CallName, input: object) => {
  const answer = await ask(name, input);
  return answer.ok ? 'done' : `${answer.error.code}: ${answer.error.message}`;
};
const start = { workspaceId: null, text: 'Fix the parser' };
const create = (more: object = {}) => told('chat.create', { ...start, sendKey: randomUUID(), ...more });

async function newChat(status = 'waiting'): Promise<ChatId> {
  const made = await ask('chat.create', { ...start, sendKey: randomUUID() });
  if (!made.ok) throw new Error(made.error.message);
  const { chatId } = made.value as { chatId: ChatId };
  await db.query('update chats set status = $2 where id = $1', [chatId, status]);
  return chatId;
}

async function countChats(): Promise<number> {
  return (await db.query('select from chats')).rows.length;
}

test('a message without words and files is refused wherever one can be written', async () => {
  const chatId = await newChat();
  const before = await countChats();
  const empty = 'bad-input: The message is empty.';
  for (const text of ['', ' \n\t ']) {
    expect(await create({ text })).toBe(empty);
    expect(await told('chat.send', { chatId, text, sendKey: randomUUID() })).toBe(empty);
    expect(await told('chat.edit', { chatId, messageId: 1, text })).toBe(empty);
    expect(await told('queue.edit', { chatId, queuedId: 1, text })).toBe(empty);
  }
  expect(await countChats()).toBe(before);
});

test('what is not words and names of files is no message', async () => {
  const sendKey = randomUUID();
  const content = [{ type: 'video', url: 'https://example.org' }];
  expect(await told('chat.create', { workspaceId: null, content, sendKey })).toMatch(/^bad-input: “text”/);
  expect(await create({ files: [{ type: 'video' }] })).toMatch(/^bad-input: “files\.0”/);
});

test('a model that is gone or switched off is never replaced by another one without a word', async () => {
  const gone = 'The model that was chosen is not available any more. Choose another one.';
  const chatId = await newChat();
  const before = await countChats();
  const { rows } = await db.query<{ id: string }>(
    `insert into chat_model_configs (provider_id, model, enabled) select provider_id, 'off', false
     from chat_model_configs limit 1 returning id`,
  );
  for (const modelConfigId of [randomUUID(), rows[0]?.id]) {
    expect(await create({ modelConfigId })).toBe(`no-model: ${gone}`);
    expect(await told('chat.send', { chatId, text: 'on', modelConfigId, sendKey: randomUUID() })).toBe(
      `no-model: ${gone}`,
    );
    expect(await told('chat.setModel', { chatId, modelConfigId })).toBe(`not-found: ${gone}`);
  }
  expect(await countChats()).toBe(before);
  expect(await create({ modelConfigId: modelId })).toBe('done');
});

test('without a default model a chat cannot begin, and says where to add one', async () => {
  await db.query('update chat_model_configs set is_default = false where id = $1', [modelId]);
  expect(await create()).toBe('no-model: No model is set up. Add an account in Settings.');
  await db.query('update chat_model_configs set is_default = true where id = $1', [modelId]);
});

test('a workspace that is not there is refused', async () => {
  expect(await create({ workspaceId: randomUUID() })).toBe(
    'unknown-workspace: This workspace does not exist any more.',
  );
  expect(await create({ workspaceId: KNOWN })).toBe('done');
});

test('an archived chat takes no message, and says what to do', async () => {
  const chatId = await newChat();
  expect(await told('chat.archive', { chatId, archived: true })).toBe('done');
  const refused = 'not-allowed: This chat is archived. Unarchive it first.';
  for (const busy of ['queue', 'interrupt'])
    expect(await told('chat.send', { chatId, text: 'more', busy, sendKey: randomUUID() })).toBe(refused);
  expect(
    (await db.query('select from chat_messages where chat_id = $1 and role = $2', [chatId, 'user'])).rows,
  ).toHaveLength(1);
});

test('a queued message that is not there cannot be deleted, edited or sent', async () => {
  const chatId = await newChat('running');
  const sent = await ask('chat.send', { chatId, text: 'next', sendKey: randomUUID() });
  expect(sent).toMatchObject({ ok: true, value: { queued: true, messageId: null } });
  const other = await newChat('running');
  const { queuedId } = sent.ok ? (sent.value as { queuedId: number }) : { queuedId: 0 };
  const missing = 'not-found: This message does not exist any more.';
  const places = [
    { chat: chatId, id: queuedId + 1_000 },
    { chat: other, id: queuedId },
  ];
  for (const { chat, id } of places) {
    const named = { chatId: chat, queuedId: id };
    expect(await told('queue.delete', named)).toBe(missing);
    expect(await told('queue.edit', { ...named, text: 'other' })).toBe(missing);
    expect(await told('queue.move', { ...named, by: 1 })).toBe(missing);
    expect(await told('queue.promote', named)).toBe(missing);
  }
  expect(await told('queue.delete', { chatId, queuedId })).toBe('done');
});

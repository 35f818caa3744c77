import type { ToolCallState } from '@shared/model/chat.ts';
import type { ChatId, MessageId, OwnerId, WorkspaceId } from '@shared/model/ids.ts';
import type { Message, QueuedMessage } from '@shared/model/message.ts';
import { operation, type Tx } from '../../db/store.ts';
import { loadActions } from './actions.ts';
import { loadQueue } from './queue.ts';
import {
  type CallRow,
  CHAT_COLUMNS,
  type ChatRow,
  type MessageRow,
  SHOWN_CALL_COLUMNS,
  type ShownCallRow,
  toCallState,
  toFacts,
  toQueued,
  toStored,
} from './rows.ts';
import { readSummary } from './summary.ts';
import { type Dropped, type StreamSync, SYNC_ROWS } from './types.ts';
import { toWire } from './wire.ts';

type ByChat = { readonly chatId: ChatId; readonly ownerId: OwnerId };

/** What a person may see. */
const VISIBLE = `not deleted and visibility <> 'model'`;

export async function loadChat(tx: Tx, { chatId, ownerId }: ByChat): Promise<ChatRow | null> {
  const { rows } = await tx.query<ChatRow>(
    `select ${CHAT_COLUMNS} from chats c where id = $1 and owner_id = $2`,
    [chatId, ownerId],
  );
  return rows[0] ?? null;
}

const OF_LAST_ASSISTANT = `message_id = (select id from chat_messages
  where chat_id = $1 and not deleted and role = 'assistant' order by id desc limit 1) order by index`;

/** Ledger rows of the last assistant message, with their results. */
export async function loadLastCalls(tx: Tx, chatId: ChatId): Promise<readonly CallRow[]> {
  const { rows } = await tx.query<CallRow>(`select * from chat_tool_calls where ${OF_LAST_ASSISTANT}`, [
    chatId,
  ]);
  return rows;
}

async function loadShownCalls(tx: Tx, chatId: ChatId): Promise<readonly ToolCallState[]> {
  const { rows } = await tx.query<ShownCallRow>(
    `select ${SHOWN_CALL_COLUMNS} from chat_tool_calls where ${OF_LAST_ASSISTANT}`,
    [chatId],
  );
  return rows.map(toCallState);
}

export const loadSnapshot = operation(
  'read',
  async (
    tx: Tx,
    args: ByChat & { rows: number },
  ): Promise<(StreamSync & { readonly queue: readonly QueuedMessage[] }) | null> => {
    const chat = await loadChat(tx, args);
    if (!chat) return null;
    const { rows } = await tx.query<MessageRow>(
      `select * from (select * from chat_messages where chat_id = $1 and ${VISIBLE} order by id desc limit $2) m
       order by id`,
      [args.chatId, args.rows],
    );
    const sync = await toSync(tx, chat, { messages: rows.map(toWireRow), deletedIds: [] });
    const cutVersion = await loadCutVersion(tx, chat.id);
    const queue = chat.queued === 0 ? [] : (await loadQueue(tx, chat.id)).map(toQueued);
    return { ...sync, queue, cutVersion };
  },
);

export const loadSync = operation(
  'read',
  async (
    tx: Tx,
    args: ByChat & { historyVersion: number; queueVersion: number; fromMessageId: MessageId | null },
  ): Promise<StreamSync | null> => {
    const chat = await loadChat(tx, args);
    if (!chat) return null;
    const hasMoved = chat.history_version > args.historyVersion;
    const deletedIds = hasMoved ? await loadDeleted(tx, args) : [];
    const messages = hasMoved ? await loadRevised(tx, args, deletedIds[0] ?? null) : [];
    const sync = await toSync(tx, chat, { messages: messages.map(toWireRow), deletedIds });
    const isQueueNew = chat.queue_version > args.queueVersion;
    return { ...sync, queue: isQueueNew ? (await loadQueue(tx, chat.id)).map(toQueued) : null };
  },
);

async function loadRevised(
  tx: Tx,
  args: { chatId: ChatId; historyVersion: number; fromMessageId: MessageId | null },
  cut: MessageId | null,
): Promise<readonly MessageRow[]> {
  // A window drops all behind the first deleted row, so that is sent again whole.
  const { rows } = await tx.query<MessageRow>(
    // Two ranges of two indexes: with one condition for both the whole history would be read.
    `select * from chat_messages where id in (
         select id from chat_messages where chat_id = $1 and id > $4
         union select id from chat_messages where chat_id = $1 and revision > $2 and id >= $3) and ${VISIBLE}
     order by id limit ${SYNC_ROWS + 1}`,
    [args.chatId, args.historyVersion, args.fromMessageId ?? 0, cut ?? Number.MAX_SAFE_INTEGER],
  );
  return rows;
}

/** Wherever they are: a window may have paged back to rows from before the first one that it was sent. */
async function loadDeleted(
  tx: Tx,
  args: { chatId: ChatId; historyVersion: number },
): Promise<readonly MessageId[]> {
  const { rows } = await tx.query<{ id: MessageId }>(
    'select id from chat_messages where chat_id = $1 and revision > $2 and deleted order by id',
    [args.chatId, args.historyVersion],
  );
  return rows.map((row) => row.id);
}

async function loadCutVersion(tx: Tx, chatId: ChatId): Promise<number | null> {
  const { rows } = await tx.query<{ revision: number | null }>(
    'select max(revision) as revision from chat_messages where chat_id = $1 and deleted',
    [chatId],
  );
  return rows[0]?.revision ?? null;
}

async function toSync(
  tx: Tx,
  chat: ChatRow,
  rows: Pick<StreamSync, 'messages' | 'deletedIds'>,
): Promise<StreamSync> {
  const summary = await readSummary(tx, chat.id, chat.owner_id);
  if (!summary) throw new Error('A chat vanished inside its own snapshot');
  return {
    facts: toFacts(chat),
    summary,
    ...rows,
    messageCount: chat.message_count,
    queue: null,
    calls: await loadShownCalls(tx, chat.id),
    actions: await loadActions(tx, chat.id),
    retry: chat.retry_state,
    error: chat.last_error,
  };
}

function toWireRow(row: MessageRow): Message {
  return toWire(toStored(row));
}

export const loadPage = operation(
  'read',
  async (
    tx: Tx,
    args: ByChat & { before?: MessageId; after?: MessageId; around?: MessageId; limit: number },
  ): Promise<readonly Message[] | null> => {
    const chat = await loadChat(tx, args);
    if (!chat) return null;
    const { before, after, around, limit } = args;
    if (around !== undefined) {
      const half = Math.ceil(limit / 2);
      const upper = await loadAfter(tx, chat.id, around - 1, limit - half);
      return [...(await loadBefore(tx, chat.id, around, half)), ...upper].map(toWireRow);
    }
    if (after !== undefined) return (await loadAfter(tx, chat.id, after, limit)).map(toWireRow);
    return (await loadBefore(tx, chat.id, before ?? Number.MAX_SAFE_INTEGER, limit)).map(toWireRow);
  },
);

async function loadBefore(
  tx: Tx,
  chatId: ChatId,
  id: number,
  limit: number,
): Promise<readonly MessageRow[]> {
  const { rows } = await tx.query<MessageRow>(
    `select * from chat_messages where chat_id = $1 and id < $2 and ${VISIBLE} order by id desc limit $3`,
    [chatId, id, limit],
  );
  return rows.toReversed();
}

async function loadAfter(
  tx: Tx,
  chatId: ChatId,
  id: number,
  limit: number,
): Promise<readonly MessageRow[]> {
  const { rows } = await tx.query<MessageRow>(
    `select * from chat_messages where chat_id = $1 and id > $2 and ${VISIBLE} order by id limit $3`,
    [chatId, id, limit],
  );
  return rows;
}

export const loadMessage = operation(
  'read',
  async (tx: Tx, args: ByChat & { messageId: MessageId }): Promise<Message | null> => {
    const { rows } = await tx.query<MessageRow>(
      `select m.* from chat_messages m join chats c on c.id = m.chat_id
       where m.id = $1 and m.chat_id = $2 and c.owner_id = $3 and not m.deleted and m.visibility <> 'model'`,
      [args.messageId, args.chatId, args.ownerId],
    );
    return rows[0] ? toWire(toStored(rows[0]), true) : null;
  },
);

/** Written by a call that came to its end; a fork's calls have no row in the ledger. */
const WRITTEN = `select count(distinct path)::int from chat_messages m
    cross join lateral jsonb_array_elements(m.content) p
    cross join lateral (select p -> 'args' ->> 'path' as path where p ->> 'tool_name' = 'write_file'
      union all select f ->> 'path' from jsonb_array_elements(case when p ->> 'tool_name' = 'edit_files'
        and jsonb_typeof(p -> 'args' -> 'files') = 'array' then p -> 'args' -> 'files' else '[]' end) f) written
  where m.chat_id = $1 and m.id > $2 and not m.deleted and m.role = 'assistant' and p ->> 'type' = 'tool-call'
    and not exists (select 1 from chat_tool_calls t where t.message_id = m.id
      and t.provider_call_id = p ->> 'tool_call_id' and (t.state <> 'done' or (t.result ->> 'isError')::boolean))`;

export const loadDropped = operation(
  'read',
  async (tx: Tx, args: ByChat & { messageId: MessageId }): Promise<Dropped | null> => {
    const chat = await loadChat(tx, args);
    if (!chat) return null;
    const { rows } = await tx.query<Omit<Dropped, 'queued'>>(
      `select (select count(*)::int from chat_messages where chat_id = $1 and id > $2 and ${VISIBLE}
           and not compressed and role in ('user', 'assistant')) as messages,
         (${WRITTEN}) as files
       from chat_messages target where target.id = $2 and target.chat_id = $1 and not target.deleted`,
      [chat.id, args.messageId],
    );
    return rows[0] ? { ...rows[0], queued: chat.queued } : null;
  },
);

export const loadProcessChat = operation(
  'read',
  async (tx: Tx, args: ByChat): Promise<{ workspaceId: WorkspaceId | null } | null> => {
    const chat = await loadChat(tx, args);
    return chat && { workspaceId: chat.workspace_id };
  },
);

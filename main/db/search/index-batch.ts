import type { ChatId, MessageId } from '@shared/model/ids.ts';
import type { Role } from '@shared/model/message.ts';
import type { Part } from '@shared/model/part.ts';
import { type FoundKind, partText } from '@shared/search/part-text.ts';
import { operation, type Tx } from '../store.ts';
import { blockOf, vectorOf } from './lexemes.ts';

/** Bounds of one transaction: the one connection is not held for long. */
const MOST_ROWS = 200;
const MOST_BYTES = 128 * 1024;
const MOST_BEHIND = 1_000;

/**
 * Chats whose newest rows cannot be found yet, the ones that changed last first. Of a chat that was imported or forked all
 * rows have one revision: the cursor may have come to it and not to its last row.
 */
export const listUnindexed = operation(
  'read',
  async (
    tx: Tx,
    _: Record<string, never>,
  ): Promise<{ readonly chatIds: readonly ChatId[]; readonly isMore: boolean }> => {
    const { rows } = await tx.query<{ id: ChatId }>(
      `select c.id from chats c left join search_cursors s on s.chat_id = c.id
       where s.revision is null or s.revision < c.history_version
         or exists (select from chat_messages m where m.chat_id = c.id
           and (m.revision, m.id) > (s.revision, s.message_id))
       order by c.updated_at desc, c.id desc limit ${MOST_BEHIND}`,
    );
    return { chatIds: rows.map((row) => row.id), isMore: rows.length === MOST_BEHIND };
  },
);

interface Cursor {
  readonly revision: number;
  readonly message_id: number;
}

interface Row {
  readonly id: MessageId;
  readonly revision: number;
  readonly role: Role;
  readonly created_at: string;
  /** Null: it cannot be found any more, or never could. */
  readonly content: readonly Part[] | null;
}

interface Doc {
  readonly messageId: MessageId;
  readonly part: number;
  readonly kind: FoundKind;
  readonly at: string;
  readonly vector: string;
}

/**
 * Writes down what can be found of the next rows of a chat, with how far it is. `done`: there is nothing more, or
 * another process is at it and will see what is there now.
 */
export const indexBatch = operation(
  'lazy',
  async (tx: Tx, { chatId }: { chatId: ChatId }): Promise<{ readonly done: boolean }> => {
    const cursor = await lockCursor(tx, chatId);
    if (!cursor) return { done: true };
    // Read before the rows: what is committed later has a later version, and the chat is behind again.
    const version = await loadVersion(tx, chatId);
    const { rows, isLast } = await loadRows(tx, chatId, cursor);
    await replaceDocs(tx, chatId, rows);
    const { revision, id } = rows.at(-1) ?? { revision: cursor.revision, id: cursor.message_id };
    await moveCursor(tx, chatId, {
      revision: isLast ? Math.max(version, revision) : revision,
      message_id: id,
    });
    return { done: isLast };
  },
);

/** Null: the chat is gone, or somebody else holds it. */
async function lockCursor(tx: Tx, chatId: ChatId): Promise<Cursor | null> {
  await tx.query(
    `insert into search_cursors (chat_id) select id from chats where id = $1 on conflict do nothing`,
    [chatId],
  );
  const { rows } = await tx.query<Cursor>(
    'select revision, message_id from search_cursors where chat_id = $1 for update skip locked',
    [chatId],
  );
  return rows[0] ?? null;
}

async function moveCursor(tx: Tx, chatId: ChatId, { revision, message_id }: Cursor): Promise<void> {
  await tx.query('update search_cursors set revision = $2, message_id = $3 where chat_id = $1', [
    chatId,
    revision,
    message_id,
  ]);
}

async function loadVersion(tx: Tx, chatId: ChatId): Promise<number> {
  const { rows } = await tx.query<{ history_version: number }>(
    'select history_version from chats where id = $1',
    [chatId],
  );
  return rows[0]?.history_version ?? 0;
}

async function loadRows(
  tx: Tx,
  chatId: ChatId,
  cursor: Cursor,
): Promise<{ readonly rows: readonly Row[]; readonly isLast: boolean }> {
  const { rows } = await tx.query<Row & { readonly found: number }>(
    `select id, revision, role, created_at, case when not hidden then content end as content, found from (
       select *, row_number() over next as n, sum(pg_column_size(content)) over next as bytes,
         (count(*) over ())::int as found from (
           select id, revision, role, created_at, content, deleted or visibility = 'model' as hidden
           from chat_messages where chat_id = $1 and (revision, id) > ($2, $3)
           order by revision, id limit ${MOST_ROWS}) m
       window next as (order by revision, id)) m
     where n = 1 or bytes <= ${MOST_BYTES} order by revision, id`,
    [chatId, cursor.revision, cursor.message_id],
  );
  const found = rows[0]?.found ?? 0;
  return { rows, isLast: rows.length === found && found < MOST_ROWS };
}

async function replaceDocs(tx: Tx, chatId: ChatId, rows: readonly Row[]): Promise<void> {
  if (rows.length === 0) return;
  await tx.query('delete from search_docs where message_id = any($1::bigint[])', [
    rows.map((row) => row.id),
  ]);
  const docs = rows.flatMap((row) => docsOf(chatId, row));
  if (docs.length === 0) return;
  await tx.query(
    `insert into search_docs (message_id, part, chat_id, kind, at, tsv)
     select d.message_id, d.part, $1, d.kind, d.at, d.tsv::tsvector
     from unnest($2::bigint[], $3::smallint[], $4::text[], $5::timestamptz[], $6::text[])
       as d(message_id, part, kind, at, tsv)`,
    [
      chatId,
      docs.map((doc) => doc.messageId),
      docs.map((doc) => doc.part),
      docs.map((doc) => doc.kind),
      docs.map((doc) => doc.at),
      docs.map((doc) => doc.vector),
    ],
  );
  await widenBlocks(tx, docs);
}

function docsOf(chatId: ChatId, { id, role, created_at: at, content }: Row): readonly Doc[] {
  return (content ?? []).flatMap((part, index) => {
    const found = partText(role, part);
    if (!found || index > MOST_PARTS) return [];
    return [
      {
        messageId: id,
        part: index,
        kind: found.kind,
        at,
        vector: vectorOf(found.text, { messageId: id, chatId }),
      },
    ];
  });
}

/** A smallint's. */
const MOST_PARTS = 32_767;

async function widenBlocks(tx: Tx, docs: readonly Doc[]): Promise<void> {
  await tx.query(
    `insert into search_blocks as b (block, from_at, to_at)
     select d.block, min(d.at), max(d.at) from unnest($1::bigint[], $2::timestamptz[]) as d(block, at)
     group by d.block order by d.block
     on conflict (block) do update set from_at = least(b.from_at, excluded.from_at),
       to_at = greatest(b.to_at, excluded.to_at)
     where b.from_at > excluded.from_at or b.to_at < excluded.to_at`,
    [docs.map((doc) => blockOf(doc.messageId)), docs.map((doc) => doc.at)],
  );
}

import type { ChatId, FileId, OwnerId } from '@shared/model/ids.ts';
import type { FilePart, Part } from '@shared/model/part.ts';
import { toText } from '../../db/json.ts';
import { operation, type Tx } from '../../db/store.ts';
import { refuse } from './exec-state.ts';
import type { ChatRow } from './rows.ts';
import type { KeptFile, NewFile } from './types.ts';

/** Of one chat (CHATD 1.10); those that were named longest ago expire. */
export const MAX_CHAT_FILES = 50;
/** What was never sent, and stands in no draft, goes. */
const UNSENT_FOR = `interval '7 days'`;

export const addFile = operation('durable', async (tx: Tx, file: NewFile): Promise<null> => {
  // What somebody is about to send is not waited for: this would hold one file and want the next.
  await tx.query(
    `delete from chat_files where id in (
       select id from chat_files f where chat_id is null and created_at < now() - ${UNSENT_FOR}
         and not exists (select from chat_drafts d where f.id = any(d.files)) for update skip locked)`,
  );
  await tx.query(
    `insert into chat_files (id, owner_id, name, media_type, size, data) values ($1, $2, $3, $4, $5, $6)`,
    [file.fileId, file.ownerId, toText(file.name), file.mediaType, file.data.byteLength, file.data],
  );
  return null;
});

type ByFile<O> = { readonly ownerId: O; readonly fileId: FileId };

export const removeFile = operation(
  'lazy',
  async (tx: Tx, { ownerId, fileId }: ByFile<OwnerId>): Promise<null> => {
    await tx.query('delete from chat_files where id = $1 and owner_id = $2 and chat_id is null', [
      fileId,
      ownerId,
    ]);
    return null;
  },
);

/**
 * The bytes come out as base64: as bytes the engine would write them digit by digit, which takes seconds for a large
 * file, and nothing else is served meanwhile.
 */
export const loadFile = operation(
  'read',
  async (tx: Tx, { ownerId, fileId }: ByFile<OwnerId | null>): Promise<KeptFile | null> => {
    const { rows } = await tx.query<{ name: string; media_type: string; data: string }>(
      `select name, media_type, encode(data, 'base64') as data from chat_files where id = $1 and ($2::uuid is null or owner_id = $2)`,
      [fileId, ownerId],
    );
    const row = rows[0];
    if (!row) return null;
    // A copy: small buffers are views of a larger one, which would be cloned with them.
    return {
      name: row.name,
      mediaType: row.media_type,
      data: Uint8Array.from(Buffer.from(row.data, 'base64')),
    };
  },
);

export const listPresentFiles = operation(
  'read',
  async (
    tx: Tx,
    { ownerId, fileIds }: { ownerId: OwnerId; fileIds: readonly FileId[] },
  ): Promise<readonly FileId[]> => {
    const { rows } = await tx.query<{ id: FileId }>(
      'select id from chat_files where id = any($1::uuid[]) and owner_id = $2',
      [fileIds, ownerId],
    );
    return rows.map(({ id }) => id);
  },
);

type Owner = Pick<ChatRow, 'id' | 'owner_id'>;
type KeptPart = FilePart & { readonly file_id: FileId };

/**
 * The files that a message names become its chat's, and the parts say what they are. Refused as `file-expired` when
 * one is not kept any more or is another chat's. With too many the oldest of the chat go.
 */
export async function claimFiles<P extends Part>(
  tx: Tx,
  chat: Owner,
  content: readonly P[],
): Promise<readonly P[]> {
  const named = content.filter((part): part is P & KeptPart => isKept(part));
  if (named.length === 0) return content;
  const ids = named.map(({ file_id }) => file_id);
  await lockFiles(tx, chat, ids);
  const { rows } = await tx.query<{ id: FileId; name: string; media_type: string; size: number }>(
    `update chat_files set chat_id = $1, used_at = clock_timestamp()
     where id = any($2::uuid[]) and owner_id = $3 and (chat_id is null or chat_id = $1)
     returning id, name, media_type, size`,
    [chat.id, ids, chat.owner_id],
  );
  const found = new Map(rows.map((row) => [row.id, row]));
  const gone = named.find(({ file_id }) => !found.has(file_id));
  if (gone) refuse({ kind: 'file-expired', name: await loadName(tx, chat.id, gone.file_id) });
  await tx.query(
    `delete from chat_files where id in (select id from chat_files where chat_id = $1
       order by used_at desc, seq desc offset ${MAX_CHAT_FILES})`,
    [chat.id],
  );
  return content.map((part) => {
    const file = isKept(part) ? found.get(part.file_id) : undefined;
    if (!file) return part;
    const { id, name, media_type, size } = file;
    return { type: 'file', file_id: id, name, media_type, size } as unknown as P;
  });
}

/** All who claim take them in the same order: two chats that want the same ones do not wait for each other. */
async function lockFiles(tx: Tx, chat: Owner, ids: readonly FileId[]): Promise<void> {
  await tx.query(
    `select from chat_files where id = any($2::uuid[]) and owner_id = $3 and (chat_id is null or chat_id = $1)
     order by id for update`,
    [chat.id, ids, chat.owner_id],
  );
}

/** As an earlier message of the chat called it. */
async function loadName(tx: Tx, chatId: ChatId, fileId: FileId): Promise<string | null> {
  const { rows } = await tx.query<{ name: string | null }>(
    `select part ->> 'name' as name from chat_messages m, jsonb_array_elements(m.content) part
     where m.chat_id = $1 and m.content @> $2 and part ->> 'file_id' = $3 limit 1`,
    [chatId, JSON.stringify([{ type: 'file', file_id: fileId }]), fileId],
  );
  return rows[0]?.name ?? null;
}

function isKept(part: Part): part is KeptPart {
  return part.type === 'file' && part.file_id !== undefined;
}

/**
 * Copies of the files that these rows of one chat name, for another one: a file belongs to one chat at most. Answers
 * which copy stands for which; what has expired has none. The bytes do not leave the database.
 */
export async function copyFiles(
  tx: Tx,
  { from, to, lastId }: { readonly from: ChatId; readonly to: ChatId; readonly lastId: number },
): Promise<Readonly<Record<string, string>>> {
  const { rows } = await tx.query<{ id: FileId; copy: FileId }>(
    `select f.id, gen_random_uuid() as copy from chat_files f where f.chat_id = $1 and f.id::text in (
       select part ->> 'file_id' from chat_messages m, jsonb_array_elements(m.content) part
       where m.chat_id = $1 and not m.deleted and m.id <= $2 and m.content @> '[{"type": "file"}]'
         and part ->> 'type' = 'file')`,
    [from, lastId],
  );
  if (rows.length === 0) return {};
  await tx.query(
    `insert into chat_files (id, owner_id, chat_id, name, media_type, size, data, created_at, used_at)
     select c.copy, f.owner_id, $1, f.name, f.media_type, f.size, f.data, f.created_at, f.used_at
     from unnest($2::uuid[], $3::uuid[]) c(id, copy) join chat_files f on f.id = c.id order by f.used_at, f.seq`,
    [to, rows.map(({ id }) => id), rows.map(({ copy }) => copy)],
  );
  return Object.fromEntries(rows.map(({ id, copy }) => [id, copy]));
}

import type { ChatId, FileId, ModelConfigId, OwnerId, WorkspaceId } from '@shared/model/ids.ts';
import { ok } from '@shared/util/result.ts';
import { refuse } from '../chatd/machine/exec-state.ts';
import { resolveModel } from '../chatd/machine/messages.ts';
import type { Outcome } from '../chatd/machine/types.ts';
import { toJson, toText } from '../db/json.ts';
import { operation, type Tx } from '../db/store.ts';
import type { ExportedChat, ExportedMessage, ModelName } from './format.ts';

/*
 * What comes in belongs to nobody until all of it is there: an owner that is made for one import. Then one statement
 * gives it to the person. An import that ends before, whichever way, is swept away by the next one or the next start.
 */

/** What is known here of the chats, workspaces and models of a file. */
export interface HereAlready {
  /** Ids of the file whose chats are here, or were imported from another file. */
  readonly chats: readonly string[];
  /** When this export was imported. */
  readonly importedAt: string | null;
  readonly workspaces: readonly {
    readonly id: WorkspaceId;
    readonly kind: string;
    readonly directory: string;
    readonly host: string | null;
  }[];
  readonly models: readonly (ModelName & { readonly id: ModelConfigId })[];
}

export const lookForImport = operation(
  'read',
  async (
    tx: Tx,
    args: { ownerId: OwnerId; exportId: string; chatIds: readonly string[] },
  ): Promise<HereAlready> => {
    const chats = await tx.query<{ id: string }>(
      `select unnest(array[id::text, labels -> 'imported' ->> 'chat']) as id from chats
       where owner_id = $1 and (id::text = any($2::text[]) or labels -> 'imported' ->> 'chat' = any($2::text[]))`,
      [args.ownerId, args.chatIds],
    );
    const before = await tx.query<{ at: string | null }>(
      `select min(labels -> 'imported' ->> 'at') as at from chats
       where owner_id = $1 and labels -> 'imported' ->> 'export' = $2`,
      [args.ownerId, args.exportId],
    );
    const workspaces = await tx.query<HereAlready['workspaces'][number]>(
      `select w.id, w.kind, w.directory, h.target as host from workspaces w left join hosts h on h.id = w.host_id
       where w.owner_id = $1 and not w.deleted and w.state <> 'removed'`,
      [args.ownerId],
    );
    const models = await tx.query<HereAlready['models'][number]>(
      `select m.id, p.kind, p.name as account, m.model from chat_model_configs m
         join chat_providers p on p.id = m.provider_id
       where not m.deleted and m.enabled order by m.is_default desc, m.created_at`,
    );
    return {
      chats: chats.rows.flatMap(({ id }) => (id === null ? [] : [id])),
      importedAt: before.rows[0]?.at ?? null,
      workspaces: workspaces.rows,
      models: models.rows,
    };
  },
);

/** A chat as it comes in, with its new id. */
export interface ComingChat {
  readonly id: ChatId;
  readonly parentId: ChatId | null;
  readonly rootId: ChatId | null;
  readonly workspaceId: WorkspaceId | null;
  readonly modelConfigId: ModelConfigId | null;
  readonly chat: ExportedChat;
}

/** Parents before their children. Refused when there is no model at all. */
export const importChats = operation(
  'lazy',
  async (
    tx: Tx,
    args: { importId: OwnerId; exportId: string; at: string; chats: readonly ComingChat[] },
  ): Promise<Outcome<null>> => {
    for (const { id, parentId, rootId, workspaceId, modelConfigId, chat } of args.chats) {
      const model = await resolveModel(tx, modelConfigId);
      if (!model) return refuse({ kind: 'no-model' });
      const label = { export: args.exportId, chat: chat.id, at: args.at };
      await tx.query(
        `insert into chats (id, owner_id, workspace_id, parent_chat_id, root_chat_id, title, title_source, status,
           last_model_config_id, last_reasoning_effort, archived, labels, created_at, updated_at)
         values ($1, $2, $3, $4, $5, $6, $7, 'waiting', $8, $9, $10, $11, $12, $13)`,
        [
          id,
          args.importId,
          workspaceId,
          parentId,
          rootId,
          toText(chat.title),
          chat.title_source,
          model,
          chat.reasoning_effort,
          chat.archived,
          toJson({ imported: label, importing: args.importId }),
          chat.created_at,
          chat.updated_at,
        ],
      );
    }
    return ok(null);
  },
);

/** A row as it comes in. */
export interface ComingMessage {
  readonly chatId: ChatId;
  readonly modelConfigId: ModelConfigId | null;
  readonly message: ExportedMessage;
}

const COLUMNS = `chat_id, role, content, visibility, model_config_id, created_by, created_at, compressed,
  context_limit, runtime_ms, reasoning_effort, interrupted, input_tokens, output_tokens, total_tokens,
  reasoning_tokens, cache_creation_tokens, cache_read_tokens, total_cost_micros`;

/** In one statement: the trigger gives each its revision, the sequence keeps their order. */
export const importMessages = operation(
  'lazy',
  async (
    tx: Tx,
    { ownerId, messages }: { ownerId: OwnerId; messages: readonly ComingMessage[] },
  ): Promise<null> => {
    const rows = messages.map(({ chatId, modelConfigId, message }) => ({
      chat_id: chatId,
      role: message.role,
      content: message.content,
      visibility: message.visibility,
      model_config_id: modelConfigId,
      created_by: message.role === 'user' ? ownerId : null,
      created_at: message.created_at,
      compressed: message.compressed,
      context_limit: message.context_limit,
      runtime_ms: message.runtime_ms,
      reasoning_effort: message.reasoning_effort,
      interrupted: message.interrupted,
      ...message.usage,
      total_cost_micros: message.cost_micros,
    }));
    await tx.query(
      `insert into chat_messages (${COLUMNS})
       select ${COLUMNS} from json_to_recordset($1::json) as r (place int, chat_id uuid, role chat_role,
         content jsonb, visibility chat_visibility, model_config_id uuid, created_by uuid, created_at timestamptz,
         compressed boolean, context_limit bigint, runtime_ms bigint, reasoning_effort text, interrupted boolean,
         input_tokens bigint, output_tokens bigint, total_tokens bigint, reasoning_tokens bigint,
         cache_creation_tokens bigint, cache_read_tokens bigint, total_cost_micros bigint) order by place`,
      [toJson(rows.map((row, place) => ({ place, ...row })))],
    );
    return null;
  },
);

export interface ComingFile {
  readonly fileId: FileId;
  readonly chatId: ChatId;
  readonly name: string;
  readonly mediaType: string;
  /** Base64. */
  readonly data: string;
}

/** It goes with its chat when the import is dropped. */
export const importFile = operation(
  'lazy',
  async (tx: Tx, { importId, file }: { importId: OwnerId; file: ComingFile }): Promise<null> => {
    await tx.query(
      `insert into chat_files (id, owner_id, chat_id, name, media_type, size, data, used_at)
       select $1, $2, $3, $4, $5, octet_length(bytes), bytes, clock_timestamp()
       from (select decode($6, 'base64') as bytes) b`,
      [file.fileId, importId, file.chatId, toText(file.name), file.mediaType, file.data],
    );
    return null;
  },
);

/** All at once: from here on the person sees it. What was read elsewhere counts as read. */
export const finishImport = operation(
  'durable',
  async (
    tx: Tx,
    args: { importId: OwnerId; ownerId: OwnerId },
  ): Promise<{ chatIds: readonly ChatId[] }> => {
    const { rows } = await tx.query<{ id: ChatId }>(
      `update chats c set owner_id = $2, labels = labels - 'importing', snapshot_version = snapshot_version + 1,
         last_read_message_id = (select max(id) from chat_messages m where m.chat_id = c.id)
       where owner_id = $1 returning id`,
      [args.importId, args.ownerId],
    );
    await tx.query('update chat_files set owner_id = $2 where owner_id = $1', [
      args.importId,
      args.ownerId,
    ]);
    await tx.query(
      `select pg_notify('chat_watch', json_build_object('chatId', id, 'parentChatId', parent_chat_id,
         'kind', 'created')::text) from chats where id = any($1::uuid[])`,
      [rows.map(({ id }) => id)],
    );
    return { chatIds: rows.map(({ id }) => id) };
  },
);

export const dropImport = operation('lazy', async (tx: Tx, { importId }: { importId: OwnerId }) => {
  await drop(tx, `labels ->> 'importing' = $1 and owner_id::text = $1`, [importId]);
  return null;
});

/** What a process left that died. Where several share the database, an import of today may be under way. */
export const dropImports = operation('lazy', async (tx: Tx, { exclusive }: { exclusive: boolean }) => {
  await drop(
    tx,
    `labels ? 'importing' and ($1 or (labels -> 'imported' ->> 'at')::timestamptz < now() - interval '1 day')`,
    [exclusive],
  );
  return null;
});

/** Children hold their parents: they go first. */
async function drop(tx: Tx, which: string, params: readonly unknown[]): Promise<void> {
  for (;;) {
    const { rowCount } = await tx.query(
      `delete from chats c where ${which} and not exists (select from chats k where k.parent_chat_id = c.id or k.root_chat_id = c.id)`,
      params,
    );
    if (rowCount === 0) return;
  }
}

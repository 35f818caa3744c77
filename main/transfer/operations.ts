import type { ChatId, FileId, MessageId, OwnerId } from '@shared/model/ids.ts';
import type { Part } from '@shared/model/part.ts';
import { operation, type Tx } from '../db/store.ts';
import type { ExportedChat, ExportedFile, ExportedMessage } from './format.ts';
import {
  dropImport,
  dropImports,
  finishImport,
  importChats,
  importFile,
  importMessages,
  lookForImport,
} from './import-operations.ts';

/** A page of messages is one answer of the database's worker: large results must not pile up. */
const PAGE_ROWS = 100;

const CHATS = `select c.id, c.parent_chat_id as parent_id, c.title, c.title_source, c.archived, c.created_at, c.updated_at,
    case when w.id is null then null else json_build_object('name', w.name, 'kind', w.kind,
      'directory', w.directory, 'host', h.target) end as workspace,
    json_build_object('kind', p.kind, 'account', p.name, 'model', m.model) as model,
    c.last_reasoning_effort as reasoning_effort,
    (select count(*)::int from chat_messages x where x.chat_id = c.id and not x.deleted) as messages,
    (select max(x.id) from chat_messages x where x.chat_id = c.id) as last
  from chats c
    left join workspaces w on w.id = c.workspace_id
    left join hosts h on h.id = w.host_id
    join chat_model_configs m on m.id = c.last_model_config_id
    join chat_providers p on p.id = m.provider_id`;

/** A chat with all that it started, or every chat; a parent stands before its children. */
export interface ExportChatRow extends ExportedChat {
  readonly id: ChatId;
  /** The newest row: what comes later is not exported. */
  readonly last: MessageId | null;
}

const listForExport = operation(
  'read',
  async (
    tx: Tx,
    { ownerId, chatId }: { ownerId: OwnerId; chatId: ChatId | null },
  ): Promise<readonly ExportChatRow[]> => {
    const { rows } = await tx.query<ExportChatRow>(
      `with recursive family as (
         select id, array[created_at::text, id::text] as way from chats
           where owner_id = $1 and case when $2::uuid is null then parent_chat_id is null else id = $2 end
         union all
         select c.id, f.way || array[c.created_at::text, c.id::text] from chats c join family f on c.parent_chat_id = f.id)
       select e.* from family f join (${CHATS}) e on e.id = f.id order by f.way`,
      [ownerId, chatId],
    );
    // The one that was asked for stands for itself, whoever started it.
    return rows.map((row, at) => (chatId !== null && at === 0 ? { ...row, parent_id: null } : row));
  },
);

type MessageOfExport = Omit<ExportedMessage, 'chat' | 'usage'> & { readonly id: MessageId };
interface Row extends MessageOfExport {
  readonly input_tokens: number | null;
  readonly output_tokens: number | null;
  readonly total_tokens: number | null;
  readonly reasoning_tokens: number | null;
  readonly cache_creation_tokens: number | null;
  readonly cache_read_tokens: number | null;
}

const loadForExport = operation(
  'read',
  async (
    tx: Tx,
    args: { chatId: ChatId; after: MessageId | null; upTo: MessageId },
  ): Promise<readonly (MessageOfExport & Pick<ExportedMessage, 'usage'>)[]> => {
    const { rows } = await tx.query<Row>(
      `select x.id, x.role, x.visibility, x.created_at, coalesce(x.content, '[]') as content,
         case when m.id is null then null
           else json_build_object('kind', p.kind, 'account', p.name, 'model', m.model) end as model,
         x.reasoning_effort, x.total_cost_micros as cost_micros, x.context_limit, x.runtime_ms, x.interrupted,
         x.compressed, x.input_tokens, x.output_tokens, x.total_tokens, x.reasoning_tokens,
         x.cache_creation_tokens, x.cache_read_tokens
       from chat_messages x
         left join chat_model_configs m on m.id = x.model_config_id
         left join chat_providers p on p.id = m.provider_id
       where x.chat_id = $1 and x.id > $2 and x.id <= $3 and not x.deleted order by x.id limit ${PAGE_ROWS}`,
      [args.chatId, args.after ?? 0, args.upTo],
    );
    return rows.map(toMessage);
  },
);

function toMessage(row: Row): MessageOfExport & Pick<ExportedMessage, 'usage'> {
  const { id, role, visibility, created_at, content, model, reasoning_effort, cost_micros } = row;
  const { context_limit, runtime_ms, interrupted, compressed } = row;
  const usage = {
    input_tokens: row.input_tokens,
    output_tokens: row.output_tokens,
    total_tokens: row.total_tokens,
    reasoning_tokens: row.reasoning_tokens,
    cache_creation_tokens: row.cache_creation_tokens,
    cache_read_tokens: row.cache_read_tokens,
  };
  const rest = { reasoning_effort, cost_micros, context_limit, runtime_ms, interrupted, compressed };
  return {
    id,
    role,
    visibility,
    created_at,
    content: content as readonly Part[],
    model,
    ...rest,
    usage: Object.values(usage).every((n) => n === null) ? null : usage,
  };
}

/** In the order in which they were sent last: a reader that keeps only some keeps the newest. */
const listFilesForExport = operation(
  'read',
  async (tx: Tx, { chatId }: { chatId: ChatId }): Promise<readonly FileId[]> => {
    const { rows } = await tx.query<{ id: FileId }>(
      'select id from chat_files where chat_id = $1 order by used_at, seq',
      [chatId],
    );
    return rows.map(({ id }) => id);
  },
);

const loadFileForExport = operation(
  'read',
  async (
    tx: Tx,
    { chatId, fileId }: { chatId: ChatId; fileId: FileId },
  ): Promise<Pick<ExportedFile, 'name' | 'media_type' | 'data'> | null> => {
    const { rows } = await tx.query<Pick<ExportedFile, 'name' | 'media_type' | 'data'>>(
      `select name, media_type, translate(encode(data, 'base64'), E'\\n', '') as data from chat_files
       where id = $1 and chat_id = $2`,
      [fileId, chatId],
    );
    return rows[0] ?? null;
  },
);

/** Served as the daemon's role: an import is bound by what a transition may do. */
export const transferOperations = {
  listForExport,
  loadForExport,
  listFilesForExport,
  loadFileForExport,
  lookForImport,
  importChats,
  importMessages,
  importFile,
  finishImport,
  dropImport,
  dropImports,
};
export type TransferOperations = typeof transferOperations;

import type { ChatId, MessageId, ModelConfigId, OwnerId } from '@shared/model/ids.ts';
import { invariant } from '@shared/util/invariant.ts';
import { ok } from '@shared/util/result.ts';
import { toJson, toText } from '../../db/json.ts';
import { operation, type Tx } from '../../db/store.ts';
import { refuse } from './exec-state.ts';
import { copyFiles } from './files.ts';
import { resolveModel } from './messages.ts';
import { publish } from './protocol.ts';
import { resolveOutstanding } from './results.ts';
import { CHAT_COLUMNS, type ChatRow } from './rows.ts';
import type { Outcome } from './types.ts';

/*
 * A fork is a chat of its own from its first moment: the rows are copies, without queue, ledger, agents or owner.
 *
 *   any state ──forkChat, at an answer──→ W    what the answer asked for has its results, or made-up ones
 *             └──forkChat, at a question─→ R0   it is answered anew
 *
 * The copies keep their revisions and the order of their ids, so that the model reads from the same boundary and
 * taking that back takes back the same rows. The ledger stays behind: its keys are of the calls that were made, and
 * here nothing is ever called again. What they cost was paid in the other chat.
 */

export interface ForkChatArgs {
  readonly chatId: ChatId;
  readonly ownerId: OwnerId;
  readonly messageId: MessageId;
  readonly forkId: ChatId;
  /** Unique: a repeat answers with the fork that exists. */
  readonly forkKey: string;
}

type Forked = { readonly chatId: ChatId; readonly created: boolean };

export const forkChat = operation(
  'durable',
  async (tx: Tx, args: ForkChatArgs): Promise<Outcome<Forked>> => {
    const existing = await loadFork(tx, args);
    if (existing) return ok({ chatId: existing, created: false });
    const source = await lockSource(tx, args);
    const { runs, lastId } = await findEnd(tx, args);
    const model = await resolveModel(tx, source.last_model_config_id);
    if (runs && !model) return refuse({ kind: 'no-model' });
    await insertFork(tx, source, { ...args, runs, model: model ?? source.last_model_config_id });
    await copyRows(tx, source.id, args.forkId, lastId);
    const fork = await loadRow(tx, args.forkId);
    await resolveOutstanding(tx, fork, 'forked');
    // Who forked it has seen it.
    await tx.query(
      'update chats set last_read_message_id = (select max(id) from chat_messages where chat_id = $1) where id = $1',
      [fork.id],
    );
    await publish(tx, fork, 'created');
    return ok({ chatId: fork.id, created: true });
  },
);

async function loadFork(tx: Tx, { forkKey, ownerId }: ForkChatArgs): Promise<ChatId | null> {
  const { rows } = await tx.query<{ id: ChatId }>(
    'select id from chats where spawn_key = $1 and owner_id = $2',
    [forkKey, ownerId],
  );
  return rows[0]?.id ?? null;
}

/** Whoever would change its history waits: what is found of it now is what is copied. */
async function lockSource(tx: Tx, { chatId, ownerId }: ForkChatArgs): Promise<ChatRow> {
  await tx.query('select from chats where id = $1 and owner_id = $2 for share', [chatId, ownerId]);
  const { rows } = await tx.query<ChatRow>(
    `select ${CHAT_COLUMNS} from chats c where id = $1 and owner_id = $2`,
    [chatId, ownerId],
  );
  return rows[0] ?? refuse({ kind: 'not-found' });
}

interface End {
  /** It ends with a question. */
  readonly runs: boolean;
  readonly lastId: MessageId;
}

/** A question ends with itself; an answer with the results that stand behind it. No other row is an end. */
async function findEnd(tx: Tx, { chatId, messageId }: ForkChatArgs): Promise<End> {
  const { rows } = await tx.query<{ role: 'user' | 'assistant'; last: MessageId }>(
    `select m.role, case when m.role = 'user' then m.id else coalesce((
         select max(t.id) from chat_messages t where t.chat_id = $1 and not t.deleted and t.id > m.id
           and t.id < coalesce((select min(n.id) from chat_messages n where n.chat_id = $1 and not n.deleted
             and n.id > m.id and n.role <> 'tool'), 9223372036854775807)), m.id) end as last
     from chat_messages m where m.id = $2 and m.chat_id = $1 and not m.deleted and not m.compressed
       and m.visibility <> 'model' and m.role in ('user', 'assistant')`,
    [chatId, messageId],
  );
  const end = rows[0];
  return end ? { runs: end.role === 'user', lastId: end.last } : refuse({ kind: 'message-not-found' });
}

interface NewFork extends ForkChatArgs {
  readonly runs: boolean;
  readonly model: ModelConfigId;
}

/** A root, even of an agent's chat: nobody waits for what it says. */
async function insertFork(tx: Tx, source: ChatRow, fork: NewFork): Promise<void> {
  await tx.query(
    `insert into chats (id, owner_id, workspace_id, title, title_source, spawn_key, status, last_model_config_id,
       last_reasoning_effort, snapshot_version, history_version, dynamic_tools, forked_from_chat_id,
       forked_from_message_id)
     values ($1, $2, $3, $4, 'user', $5, $6, $7, $8, $9, $10, $11, $12, $13)`,
    [
      fork.forkId,
      source.owner_id,
      source.workspace_id,
      forkTitle(source.title),
      fork.forkKey,
      fork.runs ? 'running' : 'waiting',
      fork.model,
      source.last_reasoning_effort,
      source.snapshot_version,
      source.history_version,
      source.dynamic_tools && toJson(source.dynamic_tools),
      source.id,
      fork.messageId,
    ],
  );
}

const MAX_TITLE = 200;

/** A fork of a fork says it once. */
function forkTitle(title: string): string {
  return toText(`Fork of ${title.replace(/^(Fork of )+/, '')}`).slice(0, MAX_TITLE);
}

/** Of what was paid, the copy costs nothing; where nobody knows it, that stays so. */
const COPIED = `model_config_id, created_by, created_at, role, content_version, visibility, input_tokens,
  output_tokens, total_tokens, reasoning_tokens, cache_creation_tokens, cache_read_tokens, context_limit,
  compressed, revision, reasoning_effort, runtime_ms, interrupted`;

/** Each file by the id of its copy, which belongs to the fork. */
const CONTENT = `case when m.content @> '[{"type": "file"}]' then (
    select jsonb_agg(case when part ->> 'type' = 'file' and $4::jsonb ? (part ->> 'file_id')
      then part || jsonb_build_object('file_id', $4::jsonb -> (part ->> 'file_id')) else part end order by at)
    from jsonb_array_elements(m.content) with ordinality parts(part, at))
  else m.content end`;

async function copyRows(tx: Tx, from: ChatId, to: ChatId, lastId: MessageId): Promise<void> {
  const files = await copyFiles(tx, { from, to, lastId });
  await tx.query(`select set_config('gaffer.copying', $1, true)`, [to]);
  await tx.query(
    `insert into chat_messages (chat_id, total_cost_micros, content, ${COPIED})
     select $1, total_cost_micros * 0, ${CONTENT}, ${COPIED} from chat_messages m
     where chat_id = $2 and not deleted and id <= $3 order by id`,
    [to, from, lastId, toJson(files)],
  );
  await tx.query(`select set_config('gaffer.copying', '', true)`);
  await tx.query(
    `update chats set message_count = (select count(*) from chat_messages
       where chat_id = $1 and visibility <> 'model') where id = $1`,
    [to],
  );
}

async function loadRow(tx: Tx, chatId: ChatId): Promise<ChatRow> {
  const { rows } = await tx.query<ChatRow>(`select ${CHAT_COLUMNS} from chats c where id = $1`, [chatId]);
  const row = rows[0];
  invariant(row, 'the fork was just inserted');
  return row;
}

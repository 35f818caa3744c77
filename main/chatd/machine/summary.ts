import type { ChatSummary } from '@shared/model/chat.ts';
import type { RetryInfo } from '@shared/model/fault.ts';
import type { ChatId, OwnerId } from '@shared/model/ids.ts';
import { operation, type Tx } from '../../db/store.ts';
import { ASKS_PERSON } from './actions.ts';
import { type Doing, toActivity } from './activity.ts';

interface SummaryRow
  extends Omit<ChatSummary, 'pending' | 'retry' | 'activity' | 'cost' | 'cap_micros' | 'queue_paused'>,
    Doing {
  readonly retry_state: RetryInfo | null;
  /** Null without a call. */
  readonly spent_micros: number | null;
  readonly unpriced: number | null;
  readonly has_cap: boolean;
  readonly queue_paused: boolean;
  readonly cap_micros: number | null;
}

/** The last row of `chats c` that counts is a whole answer: nobody stopped it. Null: it has no row. */
export const HAS_ANSWERED = `(select m.role = 'assistant' and not m.interrupted from chat_messages m
  where m.chat_id = c.id and not m.deleted and not m.compressed and m.visibility <> 'model'
  order by m.id desc limit 1)`;

/** One row a chat over index look-ups alone; a call's arguments are read only where a call runs. */
const SUMMARY = `select c.id, c.title, c.status, c.worker_id, c.archived, c.workspace_id, c.parent_chat_id,
    c.root_chat_id, c.last_model_config_id, c.last_reasoning_effort, c.last_error, c.retry_state,
    c.snapshot_version, c.created_at, c.updated_at, c.pin_order, c.queue_paused,
    c.last_read_message_id as last_read,
    (select jsonb_build_object('chat_id', o.id, 'message_id', c.forked_from_message_id, 'title', o.title)
      from chats o where o.id = c.forked_from_chat_id) as forked_from,
    cost.micros as spent_micros, cost.unpriced_calls as unpriced, cap.chat_id is not null as has_cap, cap.cap_micros,
    (select count(*)::int from chat_tool_calls t where t.chat_id = c.id and ${ASKS_PERSON})
      + (select count(*)::int from chat_pending_actions a where a.chat_id = c.id and a.answered_at is null) as asks,
    exists (select 1 from chat_messages m where m.chat_id = c.id and m.role = 'assistant' and not m.deleted
      and m.visibility <> 'model' and m.id > coalesce(c.last_read_message_id, 0)) as unread,
    c.parent_chat_id is not null and c.status = 'waiting' and ${HAS_ANSWERED} is false as stopped,
    call.tool as running_tool, call.args as running_args, c.compaction_requested_at is not null as compacting,
    (select t.approval from chat_tool_calls t where c.status = 'requires_action' and t.chat_id = c.id
      and ${ASKS_PERSON} order by t.message_id, t.index limit 1) as asked_call,
    (select jsonb_build_object('kind', a.kind) || a.payload from chat_pending_actions a
      where a.chat_id = c.id and a.answered_at is null order by a.created_at, a.id limit 1) as asked_action
  from chats c left join chat_costs cost on cost.chat_id = c.id left join chat_budgets cap on cap.chat_id = c.id
  left join lateral (
    select t.tool, (select p -> 'args' from chat_messages m, jsonb_array_elements(m.content) p
        where m.id = t.message_id and p ->> 'tool_call_id' = t.provider_call_id limit 1) as args
    from chat_tool_calls t
    where c.status in ('running', 'interrupting') and t.chat_id = c.id and t.state = 'dispatched'
    order by t.started_at desc, t.index desc limit 1) call on true`;

export const listChats = operation(
  'read',
  async (tx: Tx, args: { ownerId: OwnerId; archived: boolean }): Promise<readonly ChatSummary[]> => {
    const { rows } = await tx.query<SummaryRow>(
      `${SUMMARY} where c.owner_id = $1 and c.archived = $2 order by c.updated_at desc, c.id desc`,
      [args.ownerId, args.archived],
    );
    return rows.map(toSummary);
  },
);

export const loadSummary = operation(
  'read',
  (tx: Tx, { chatId, ownerId }: { chatId: ChatId; ownerId: OwnerId }): Promise<ChatSummary | null> =>
    readSummary(tx, chatId, ownerId),
);

export const loadSummaries = operation(
  'read',
  async (
    tx: Tx,
    args: { chatIds: readonly ChatId[]; ownerId: OwnerId },
  ): Promise<readonly ChatSummary[]> => {
    const { rows } = await tx.query<SummaryRow>(
      `${SUMMARY} where c.id = any($1::uuid[]) and c.owner_id = $2`,
      [args.chatIds, args.ownerId],
    );
    return rows.map(toSummary);
  },
);

export async function readSummary(tx: Tx, chatId: ChatId, ownerId: OwnerId): Promise<ChatSummary | null> {
  const { rows } = await tx.query<SummaryRow>(`${SUMMARY} where c.id = $1 and c.owner_id = $2`, [
    chatId,
    ownerId,
  ]);
  return rows[0] ? toSummary(rows[0]) : null;
}

/** The chats that this one started, oldest first. */
export async function readChildren(
  tx: Tx,
  parentId: ChatId,
  ownerId: OwnerId,
): Promise<readonly ChatSummary[]> {
  const { rows } = await tx.query<SummaryRow>(
    `${SUMMARY} where c.parent_chat_id = $1 and c.owner_id = $2 order by c.created_at, c.id`,
    [parentId, ownerId],
  );
  return rows.map(toSummary);
}

function toSummary(row: SummaryRow): ChatSummary {
  return {
    id: row.id,
    title: row.title,
    status: row.status,
    pending: row.status === 'running' && row.worker_id === null,
    archived: row.archived,
    workspace_id: row.workspace_id,
    parent_chat_id: row.parent_chat_id,
    root_chat_id: row.root_chat_id,
    last_model_config_id: row.last_model_config_id,
    last_reasoning_effort: row.last_reasoning_effort,
    last_error: row.last_error,
    retry: row.retry_state,
    activity: toActivity(row),
    asks: row.asks,
    unread: row.unread,
    last_read: row.last_read,
    stopped: row.stopped,
    pin_order: row.pin_order,
    forked_from: row.forked_from,
    ...(row.spent_micros === null
      ? {}
      : { cost: { micros: row.spent_micros, unpriced: row.unpriced ?? 0 } }),
    ...(row.queue_paused ? { queue_paused: true as const } : {}),
    ...(row.has_cap ? { cap_micros: row.cap_micros } : {}),
    snapshot_version: row.snapshot_version,
    created_at: row.created_at,
    updated_at: row.updated_at,
  };
}

import type { ApprovalView, ChatSummary } from '@shared/model/chat.ts';
import type { RetryInfo } from '@shared/model/fault.ts';
import type { ChatId, OwnerId, WorkerId } from '@shared/model/ids.ts';
import { operation, type Tx } from '../../db/store.ts';

interface SummaryRow extends Omit<ChatSummary, 'pending' | 'retry' | 'activity'> {
  readonly worker_id: WorkerId | null;
  readonly retry_state: RetryInfo | null;
  readonly running_tool: string | null;
  readonly running_args: unknown;
  /** Of the first call that asks. */
  readonly asked: ApprovalView | null;
}

/** One row a chat over index look-ups alone; a call's arguments are read only where a call runs. */
const SUMMARY = `select c.id, c.title, c.status, c.worker_id, c.archived, c.workspace_id, c.parent_chat_id,
    c.root_chat_id, c.last_model_config_id, c.last_reasoning_effort, c.last_error, c.retry_state,
    c.snapshot_version, c.created_at, c.updated_at,
    (select count(*)::int from chat_tool_calls t where t.chat_id = c.id and t.state = 'gated') as asks,
    exists (select 1 from chat_messages m where m.chat_id = c.id and m.role = 'assistant' and not m.deleted
      and m.visibility <> 'model' and m.id > coalesce(c.last_read_message_id, 0)) as unread,
    call.tool as running_tool, call.args as running_args,
    (select t.approval from chat_tool_calls t where c.status = 'requires_action' and t.chat_id = c.id
      and t.state = 'gated' order by t.message_id, t.index limit 1) as asked
  from chats c left join lateral (
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
    snapshot_version: row.snapshot_version,
    created_at: row.created_at,
    updated_at: row.updated_at,
  };
}

const MAX_SUBJECT = 120;

const VERBS: Readonly<Record<string, readonly [verb: string, field: string]>> = {
  execute: ['Running', 'command'],
  process_output: ['Watching', 'process_id'],
  read_file: ['Reading', 'path'],
  write_file: ['Writing', 'path'],
  edit_files: ['Editing', 'path'],
  spawn_agent: ['Delegating', 'title'],
  wait_agent: ['Waiting for a sub-agent', ''],
  message_agent: ['Messaging a sub-agent', ''],
  close_agent: ['Stopping a sub-agent', ''],
  interrupt_agent: ['Stopping a sub-agent', ''],
  list_agents: ['Looking at its sub-agents', ''],
};

/** What the agent is doing or asks for, in a few words; null when it does nothing. */
export function toActivity(
  row: Pick<SummaryRow, 'status' | 'worker_id' | 'running_tool' | 'running_args' | 'asked'>,
): string | null {
  if (row.status === 'requires_action') return row.asked && asksWords(row.asked);
  if (row.status !== 'running' || row.worker_id === null) return null;
  if (row.running_tool === null) return 'Thinking';
  const known = VERBS[row.running_tool];
  if (!known) return `Using ${row.running_tool}`;
  const subject = findSubject(row.running_args, known[1]);
  return subject ? `${known[0]} ${subject}` : known[0];
}

function asksWords({ verb, subject }: ApprovalView): string {
  return `Asks to ${verb.toLowerCase()} ${subject.split('\n')[0]?.slice(0, MAX_SUBJECT) ?? ''}`.trimEnd();
}

function findSubject(args: unknown, field: string): string | null {
  if (typeof args !== 'object' || args === null) return null;
  const record = args as Readonly<Record<string, unknown>>;
  const value = record[field];
  if (typeof value === 'string') return value.split('\n')[0]?.slice(0, MAX_SUBJECT) ?? null;
  const { files } = record;
  return Array.isArray(files) ? findSubject(files[0], field) : null;
}

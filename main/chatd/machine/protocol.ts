import type { ChatId, OwnerId } from '@shared/model/ids.ts';
import { invariant } from '@shared/util/invariant.ts';
import { ok } from '@shared/util/result.ts';
import { toJson } from '../../db/json.ts';
import type { Tx } from '../../db/store.ts';
import { execState, isAllowed, refuse, type TransitionName } from './exec-state.ts';
import { CHAT_COLUMNS, type ChatRow } from './rows.ts';
import type { ExecState, Fence, Outcome } from './types.ts';

/** What the tree's feed is told about; only `action_required` and `deleted` mean more than "look again". */
export type WatchKind =
  | 'created'
  | 'status_change'
  | 'title_change'
  | 'action_required'
  | 'change'
  | 'deleted';

/** Columns that a transition may set. Versions are not among them. */
export interface ChatPatch {
  readonly status?: ChatRow['status'];
  readonly archived?: boolean;
  readonly worker_id?: ChatRow['worker_id'];
  readonly runner_id?: ChatRow['runner_id'];
  readonly started_at?: string | null;
  readonly workspace_id?: ChatRow['workspace_id'];
  readonly title?: string;
  readonly title_source?: ChatRow['title_source'];
  readonly last_model_config_id?: ChatRow['last_model_config_id'];
  readonly last_reasoning_effort?: string | null;
  readonly last_error?: ChatRow['last_error'];
  readonly retry_state?: ChatRow['retry_state'];
  readonly generation_attempt?: number;
  readonly compaction_requested_at?: null;
  readonly compaction_held?: boolean;
  readonly stopped_from_above?: boolean;
  readonly queue_paused?: boolean;
  readonly requires_action_deadline_at?: null;
}

/** Of a chat that nobody runs. */
export const UNOWNED = { worker_id: null, runner_id: null, started_at: null } as const satisfies ChatPatch;

const JSON_COLUMNS: readonly string[] = ['last_error', 'retry_state'];

/** One transition at work: the locked row as it was, with its snapshot version already raised. */
export interface Mutation {
  readonly tx: Tx;
  readonly chat: ChatRow;
  /** When the chat was last changed before this transition, which is a change itself. */
  readonly restingSince: string;
  readonly from: ExecState;
  readonly set: (patch: ChatPatch) => Promise<void>;
}

export interface Scope {
  readonly chatId: ChatId;
  /** Null: the daemon itself. */
  readonly ownerId: OwnerId | null;
  /** Refused as `changed` while another transaction holds the chat, instead of waiting for it. */
  readonly unlessHeld?: boolean;
}

/**
 * The mutation protocol of CHATD 2.2: lock and raise snapshot_version in one statement, run `work`, publish.
 * A refusal inside `work` undoes all. Notifications leave with the commit, never without it.
 */
export async function mutate<T>(
  tx: Tx,
  scope: Scope,
  transition: TransitionName | null,
  work: (m: Mutation) => Promise<T>,
): Promise<Outcome<T>> {
  const { chat, restingSince } = await lockAndBump(tx, scope);
  const from = execState(chat);
  if (transition && !isAllowed(transition, from)) refuse({ kind: 'not-allowed', from, transition });
  const value = await work({ tx, chat, restingSince, from, set: (patch) => setChat(tx, chat.id, patch) });
  await publish(tx, chat);
  return ok(value);
}

/** The same for a runner: what the fence names must still be so. */
export function mutateFenced<T>(
  tx: Tx,
  fence: Fence,
  transition: TransitionName,
  work: (m: Mutation) => Promise<T>,
): Promise<Outcome<T>> {
  return mutate(tx, { chatId: fence.chatId, ownerId: null }, null, (m) => {
    const { runner_id, history_version, status, archived } = m.chat;
    const held =
      runner_id === fence.runnerId &&
      history_version === fence.historyVersion &&
      status === fence.status &&
      !archived;
    if (!held) refuse({ kind: 'fence-lost' });
    if (!isAllowed(transition, m.from)) refuse({ kind: 'not-allowed', from: m.from, transition });
    return work(m);
  });
}

/**
 * Two statements: what follows the lock sees all that was committed while it was waited for. In one, a server would
 * give the row as it is now and its queue as it was before. "No key": a transition of a child, when it updates its
 * row twice, looks up its parent under a key share lock, and must not wait there for whoever waits for the child.
 */
async function lockAndBump(
  tx: Tx,
  { chatId, ownerId, unlessHeld }: Scope,
): Promise<Pick<Mutation, 'chat' | 'restingSince'>> {
  const locked = await tx.query<{ updated_at: string }>(
    `select updated_at from chats where id = $1 for no key update ${unlessHeld ? 'skip locked' : ''}`,
    [chatId],
  );
  if (locked.rowCount === 0) {
    const there = unlessHeld && (await tx.query('select from chats where id = $1', [chatId])).rowCount > 0;
    refuse({ kind: there ? 'changed' : 'not-found' });
  }
  const { rows } = await tx.query<ChatRow>(
    `update chats c set snapshot_version = snapshot_version + 1, updated_at = now()
     where id = $1 and ($2::uuid is null or owner_id = $2) returning ${CHAT_COLUMNS}`,
    [chatId, ownerId],
  );
  const [chat, before] = [rows[0], locked.rows[0]];
  return chat && before ? { chat, restingSince: before.updated_at } : refuse({ kind: 'not-found' });
}

async function setChat(tx: Tx, chatId: ChatId, patch: ChatPatch): Promise<void> {
  const entries = Object.entries(patch);
  const { rowCount } = await tx.query(
    `update chats set ${entries.map(([column], at) => `${column} = $${at + 2}`).join(', ')} where id = $1`,
    [chatId, ...entries.map(([column, value]) => toParam(column, value))],
  );
  invariant(rowCount === 1, 'the locked chat is there');
}

function toParam(column: string, value: unknown): unknown {
  return value !== null && JSON_COLUMNS.includes(column) ? toJson(value) : value;
}

/** A heartbeat older than this makes an owned chat worth a look by others. */
const HINT_STALE = `interval '30 seconds'`;

/**
 * Announces the row as it is now: facts for runners and streams, a word for the tree, and an offer to
 * workers when the chat is runnable and nobody (alive) runs it.
 */
export async function publish(tx: Tx, before: ChatRow, kind?: WatchKind): Promise<void> {
  await tx.query(
    `select pg_notify('chat_update', json_build_object(
         'chatId', c.id, 'snapshotVersion', c.snapshot_version, 'historyVersion', c.history_version,
         'queueVersion', c.queue_version, 'retryStateVersion', c.retry_state_version,
         'generationAttempt', c.generation_attempt, 'status', c.status, 'archived', c.archived,
         'workerId', c.worker_id, 'runnerId', c.runner_id)::text),
       pg_notify('chat_watch', json_build_object('chatId', c.id, 'parentChatId', c.parent_chat_id, 'kind', coalesce($2::text, case
         when $5 and not c.archived then 'created'
         when c.title <> $3 then 'title_change'
         when c.status = 'requires_action' and $4 <> 'requires_action' then 'action_required'
         when c.status::text <> $4 then 'status_change' else 'change' end))::text),
       case when c.status in ('running', 'interrupting') and not c.archived
           and (c.runner_id is null or not exists (select 1 from chat_heartbeats h
             where h.chat_id = c.id and h.runner_id = c.runner_id and h.heartbeat_at > now() - ${HINT_STALE}))
         then pg_notify('chat_ownership', json_build_object('chatId', c.id)::text) end
     from chats c where c.id = $1`,
    [before.id, kind ?? null, before.title, before.status, before.archived],
  );
}

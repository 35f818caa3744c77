import type { ChatId } from '@shared/model/ids.ts';
import { operation, type Tx } from '../../db/store.ts';

export interface Violation {
  readonly chatId: ChatId;
  readonly rule: string;
}

/** Chats that changed lately, as many as may be read row by row every minute; nothing breaks where nothing is written. */
const RECENT = `recent as (select c.* from chats c where c.updated_at > now() - interval '1 hour'
  order by c.updated_at desc limit 100)`;

/** The newest answer of a recent chat and what follows it: few rows, however long the chat is. */
const TAILS = `tails as (select r.id as chat_id, r.status, m.id, m.role, m.content,
    lag(m.role) over (partition by r.id order by m.id) as before, m.id = a.id as is_answer
  from recent r cross join lateral (select id from chat_messages where chat_id = r.id and not deleted
    and role = 'assistant' order by id desc limit 1) a
  join chat_messages m on m.chat_id = r.id and not m.deleted and m.id >= a.id)`;

/**
 * The invariants of CHATD 2.8, one query each; a row is a chat that breaks it. Rule 3 (one owner) is a check of the
 * table and the fences; rule 9 wants equal archive states within a family.
 */
const RULES: Readonly<Record<string, string>> = {
  // Rules 4 and 5: what execState calls Invalid; reconcileInvalidState repairs it.
  'invalid-state': `select c.id from chats c where (c.archived and c.status not in ('waiting', 'error'))
    or (c.status = 'waiting' and exists (select 1 from chat_queued_messages q where q.chat_id = c.id))`,
  // Rule 1: versions are copies of the snapshot's.
  'version-ahead': `select c.id from chats c
    where greatest(c.history_version, c.queue_version, c.retry_state_version) > c.snapshot_version`,
  // Rule 2: no row is newer than the history.
  'revision-ahead': `select c.id from recent c where exists (
    select 1 from chat_messages m where m.chat_id = c.id and m.revision > c.history_version)`,
  // Rule 6, by the ledger: an idle chat has no open call.
  'open-call': `select distinct c.id from chats c join chat_tool_calls t on t.chat_id = c.id
    where c.status = 'waiting' and t.state in ('gated', 'cleared', 'dispatched')`,
  // Rule 6, by history: in W every local call of the newest answer has a result.
  'call-without-result': `select distinct a.chat_id as id
    from tails a cross join lateral jsonb_array_elements(a.content) call
    where a.is_answer and a.status = 'waiting' and call ->> 'type' = 'tool-call'
      and not coalesce((call ->> 'provider_executed')::boolean, false) and not exists (
        select 1 from tails t cross join lateral jsonb_array_elements(t.content) result where t.chat_id = a.chat_id
          and result ->> 'type' = 'tool-result' and result ->> 'tool_call_id' = call ->> 'tool_call_id')`,
  // Rule 7: results stand right behind the answer that asked for them.
  'strayed-result': `select distinct chat_id as id from tails
    where role = 'tool' and before not in ('assistant', 'tool')`,
  // Rule 8: a retry belongs to an attempt of a running chat.
  'retry-without-attempt': `select c.id from chats c
    where c.retry_state is not null and (c.status <> 'running' or c.generation_attempt < 1)`,
  // Rule 9: a family is archived as a whole.
  'family-split': `select c.id from chats c join chats r on r.id = c.root_chat_id where c.archived <> r.archived`,
  // 2.5 rule 1: an error is told in E alone.
  'stale-error': `select c.id from chats c where (c.status = 'error') <> (c.last_error is not null)`,
  // 2.5 rule 2: only a chat that waits for its client has a deadline.
  'stale-deadline': `select c.id from chats c
    where c.requires_action_deadline_at is not null and c.status <> 'requires_action'`,
  // Decision 9: what is asked is asked in A, and a chat in A asks something.
  'asks-elsewhere': `select distinct a.chat_id as id from chat_pending_actions a join chats c on c.id = a.chat_id
    where a.answered_at is null and c.status <> 'requires_action'`,
  'asks-nothing': `select c.id from chats c where c.status = 'requires_action' and not c.archived
    and not exists (select 1 from chat_tool_calls t where t.chat_id = c.id and t.state = 'gated')
    and not exists (select 1 from chat_pending_actions a where a.chat_id = c.id and a.answered_at is null)`,
};

const ALL = Object.entries(RULES)
  .map(([rule, sql]) => `select v.id, '${rule}' as rule from (${sql}) v`)
  .join(' union all ');

export const listViolations = operation(
  'read',
  async (tx: Tx, { limit }: { limit: number }): Promise<readonly Violation[]> => {
    const { rows } = await tx.query<Violation>(
      `with ${RECENT}, ${TAILS} select found.id as "chatId", found.rule from (${ALL}) found limit $1`,
      [limit],
    );
    return rows;
  },
);

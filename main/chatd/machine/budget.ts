import type { BudgetScope } from '@shared/model/chat.ts';
import type { ActionId, ChatId } from '@shared/model/ids.ts';
import type { Tx } from '../../db/store.ts';
import { refuse } from './exec-state.ts';
import type { ChatRow } from './rows.ts';
import type { Hold, NewMessage } from './types.ts';

/*
 * A hold is money that a model call may cost (CHATD decision 18), in millionths of a US dollar:
 *
 *   recordAttempt ──→ open (its estimate counts) ──commitStep, finishInterruption──→ settled (what it cost)
 *                       │  └──the next attempt──→ settled at its estimate: the process died in the call
 *                       └──recordRetry, finishError──→ gone: a call that failed costs nothing
 *
 * The database adds up what is settled, by chat and by quarter of an hour (0012-models.sql).
 */

/** What must not be gone over; each cap is null where there is none. */
interface Caps {
  /** Of all chats in the period, and of one tree of chats. */
  readonly all: number | null;
  readonly chat: number | null;
  /** Begins at midnight of `timeZone`. */
  readonly period: 'day' | 'month';
  readonly timeZone: string;
  /** Calls of a model without a price pass, and count as nothing. */
  readonly allowUnpriced: boolean;
}

/** Reserves what the call may cost, or refuses as `over-budget`. `attempt` is the new one. */
export async function hold(tx: Tx, chat: ChatRow, attempt: number, asked: Hold): Promise<void> {
  const { caps, pass } = await loadTerms(tx, chat);
  if (pass === null) await requireRoom(tx, chat, caps, asked.estimateMicros);
  await tx.query(
    `insert into chat_budget_holds
       (chat_id, history_version, generation_attempt, model_config_id, estimate_micros, unpriced, passed_by)
     values ($1, $2, $3, $4, $5, $6, $7)`,
    [
      chat.id,
      chat.history_version,
      attempt,
      asked.modelConfigId,
      toMicros(asked.estimateMicros) ?? 0,
      asked.estimateMicros === null,
      pass,
    ],
  );
}

async function requireRoom(
  tx: Tx,
  chat: ChatRow,
  caps: Caps,
  estimateMicros: number | null,
): Promise<void> {
  if (caps.chat === null && caps.all === null) return;
  // Two chats on two connections must not both take the last of it.
  await tx.query(`select pg_advisory_xact_lock(hashtext('gaffer budget'))`);
  const require = async (scope: BudgetScope, capMicros: number | null, load: () => Promise<number>) => {
    if (capMicros === null) return;
    const spentMicros = await load();
    const fits = estimateMicros === null ? caps.allowUnpriced : spentMicros + estimateMicros <= capMicros;
    if (!fits) refuse({ kind: 'over-budget', scope, capMicros, spentMicros, estimateMicros });
  };
  await require('chat', caps.chat, () => loadSpentInTree(tx, chat.root_chat_id ?? chat.id));
  await require(caps.period, caps.all, () => loadSpent(tx, caps));
}

interface Terms {
  readonly caps: Caps;
  /** An answered budget question that let no call pass yet. */
  readonly pass: ActionId | null;
}

interface TermsRow {
  readonly budget: unknown;
  readonly has_own: boolean;
  readonly own: number | null;
  readonly pass: ActionId | null;
}

async function loadTerms(tx: Tx, chat: ChatRow): Promise<Terms> {
  const { rows } = await tx.query<TermsRow>(
    `select (select value from settings where key = 'budget') as budget,
       b.chat_id is not null as has_own, b.cap_micros as own,
       (select a.id from chat_pending_actions a where a.chat_id = $1 and a.kind = 'budget'
          and a.answered_at is not null and a.answer ->> 'decision' = 'continue'
          and not exists (select 1 from chat_budget_holds h where h.passed_by = a.id) limit 1) as pass
     from (select) one left join chat_budgets b on b.chat_id = $2`,
    [chat.id, chat.root_chat_id ?? chat.id],
  );
  const usual = toCaps(rows[0]?.budget);
  const caps = rows[0]?.has_own ? { ...usual, chat: rows[0].own } : usual;
  return { caps, pass: rows[0]?.pass ?? null };
}

/** No caps for what is no budget: a setting that somebody broke must not stop every chat. */
function toCaps(value: unknown): Caps {
  const fields = (typeof value === 'object' && value !== null ? value : {}) as Readonly<
    Record<string, unknown>
  >;
  const micros = (field: unknown) => (typeof field === 'number' ? field : null);
  const { period, time_zone } = fields;
  const isKnown = period === 'day' || period === 'month';
  return {
    all: isKnown ? micros(fields['cap_micros']) : null,
    chat: micros(fields['chat_cap_micros']),
    period: period === 'month' ? 'month' : 'day',
    timeZone: typeof time_zone === 'string' ? time_zone : 'UTC',
    allowUnpriced: fields['allow_unpriced'] === true,
  };
}

const OPEN = 'select coalesce(sum(estimate_micros), 0) from chat_budget_holds where settled_micros is null';

/** A few rows, however many calls there were. */
async function loadSpent(tx: Tx, { period, timeZone }: Caps): Promise<number> {
  const { rows } = await tx.query<{ spent: number }>(
    `select ((select coalesce(sum(micros), 0) from spending where at >= date_trunc($1, now(), $2))
       + (${OPEN} and created_at >= date_trunc($1, now(), $2)))::bigint as spent`,
    [period, timeZone],
  );
  return rows[0]?.spent ?? 0;
}

async function loadSpentInTree(tx: Tx, rootId: ChatId): Promise<number> {
  const { rows } = await tx.query<{ spent: number }>(
    `select ((select coalesce(sum(micros), 0) from chat_costs where root_chat_id = $1)
       + (${OPEN} and chat_id in (select id from chats where id = $1 or root_chat_id = $1)))::bigint as spent`,
    [rootId],
  );
  return rows[0]?.spent ?? 0;
}

interface Tokens {
  readonly input: number;
  readonly output: number;
}

const NO_TOKENS: Tokens = { input: 0, output: 0 };

/** What the server reported for these rows; what was read from a cache is input, too. */
export function tokensOf(messages: readonly NewMessage[]): Tokens {
  let { input, output } = NO_TOKENS;
  for (const { usage } of messages) {
    input +=
      (usage?.input_tokens ?? 0) + (usage?.cache_read_tokens ?? 0) + (usage?.cache_creation_tokens ?? 0);
    output += usage?.output_tokens ?? 0;
  }
  return { input, output };
}

/**
 * What the open call cost; null: nobody knows, and its estimate stands. A cost without a hold is recorded, too.
 */
export async function settleHold(
  tx: Tx,
  chat: ChatRow,
  costMicros: number | null,
  tokens: Tokens = NO_TOKENS,
): Promise<void> {
  const cost = toMicros(costMicros);
  const { rowCount } = await tx.query(
    `update chat_budget_holds set settled_micros = coalesce($2::bigint, estimate_micros),
       unpriced = unpriced and $2::bigint is null, input_tokens = $3, output_tokens = $4
     where chat_id = $1 and settled_micros is null`,
    [chat.id, cost, tokens.input, tokens.output],
  );
  if (rowCount === 0 && cost !== null) await recordCost(tx, chat, cost);
}

/** A cost that nothing was reserved for: a title. */
export async function recordCost(tx: Tx, chat: ChatRow, costMicros: number): Promise<void> {
  await tx.query(
    `insert into chat_budget_holds
       (chat_id, history_version, generation_attempt, model_config_id, estimate_micros, settled_micros)
     values ($1, $2, $3, $4, $5, $5)`,
    [
      chat.id,
      chat.history_version,
      chat.generation_attempt,
      chat.last_model_config_id,
      toMicros(costMicros),
    ],
  );
}

/** The call failed. What it was let pass by lets the next one pass. */
export async function releaseHold(tx: Tx, chatId: ChatId): Promise<void> {
  await tx.query('delete from chat_budget_holds where chat_id = $1 and settled_micros is null', [chatId]);
}

export function toMicros(amount: number | null): number | null {
  return amount === null ? null : Math.round(amount);
}

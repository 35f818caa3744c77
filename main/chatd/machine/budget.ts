import type { ActionId, ChatId } from '@shared/model/ids.ts';
import type { Tx } from '../../db/store.ts';
import { refuse } from './exec-state.ts';
import type { ChatRow } from './rows.ts';
import type { Hold } from './types.ts';

/*
 * A hold is money that a model call may cost (CHATD decision 18), in millionths of a US dollar:
 *
 *   recordAttempt ──→ open (its estimate counts) ──commitStep, finishInterruption──→ settled (what it cost)
 *                       │  └──the next attempt──→ settled at its estimate: the process died in the call
 *                       └──recordRetry, finishError──→ gone: a call that failed costs nothing
 */

/** Settings key `budget`. Without it there is no cap, and what is spent is recorded all the same. */
interface Budget {
  readonly capMicros: number;
  /** Begins at midnight of the database's time zone. */
  readonly period: 'day' | 'month';
  /** Calls of a model without a price pass, and count as nothing. */
  readonly allowUnpriced: boolean;
}

/** Reserves what the call may cost, or refuses as `over-budget`. `attempt` is the new one. */
export async function hold(tx: Tx, chat: ChatRow, attempt: number, asked: Hold): Promise<void> {
  const { budget, pass } = await loadTerms(tx, chat.id);
  if (budget && pass === null) await requireRoom(tx, budget, asked.estimateMicros);
  await tx.query(
    `insert into chat_budget_holds
       (chat_id, history_version, generation_attempt, model_config_id, estimate_micros, passed_by)
     values ($1, $2, $3, $4, $5, $6)`,
    [
      chat.id,
      chat.history_version,
      attempt,
      asked.modelConfigId,
      toMicros(asked.estimateMicros) ?? 0,
      pass,
    ],
  );
}

async function requireRoom(tx: Tx, budget: Budget, estimateMicros: number | null): Promise<void> {
  // Two chats on two connections must not both take the last of it.
  await tx.query(`select pg_advisory_xact_lock(hashtext('gaffer budget'))`);
  const spentMicros = await loadSpent(tx, budget.period);
  const fits =
    estimateMicros === null ? budget.allowUnpriced : spentMicros + estimateMicros <= budget.capMicros;
  if (!fits) refuse({ kind: 'over-budget', capMicros: budget.capMicros, spentMicros, estimateMicros });
}

interface Terms {
  readonly budget: Budget | null;
  /** An answered budget question that let no call pass yet. */
  readonly pass: ActionId | null;
}

async function loadTerms(tx: Tx, chatId: ChatId): Promise<Terms> {
  const { rows } = await tx.query<{ budget: unknown; pass: ActionId | null }>(
    `select (select value from settings where key = 'budget') as budget,
       (select a.id from chat_pending_actions a where a.chat_id = $1 and a.kind = 'budget'
          and a.answered_at is not null and a.answer ->> 'decision' = 'continue'
          and not exists (select 1 from chat_budget_holds h where h.passed_by = a.id) limit 1) as pass`,
    [chatId],
  );
  return { budget: toBudget(rows[0]?.budget), pass: rows[0]?.pass ?? null };
}

/** Null for what is no budget: a setting that somebody broke must not stop every chat. */
function toBudget(value: unknown): Budget | null {
  if (typeof value !== 'object' || value === null) return null;
  const { cap_micros, period, allow_unpriced } = value as Readonly<Record<string, unknown>>;
  if (typeof cap_micros !== 'number' || (period !== 'day' && period !== 'month')) return null;
  return { capMicros: cap_micros, period, allowUnpriced: allow_unpriced === true };
}

async function loadSpent(tx: Tx, period: Budget['period']): Promise<number> {
  const { rows } = await tx.query<{ spent: number }>(
    `select coalesce(sum(coalesce(settled_micros, estimate_micros)), 0)::bigint as spent
     from chat_budget_holds where created_at >= date_trunc($1, now())`,
    [period],
  );
  return rows[0]?.spent ?? 0;
}

/**
 * What the open call cost; null: nobody knows, and its estimate stands. A cost without a hold is recorded, too.
 */
export async function settleHold(tx: Tx, chat: ChatRow, costMicros: number | null): Promise<void> {
  const cost = toMicros(costMicros);
  const { rowCount } = await tx.query(
    `update chat_budget_holds set settled_micros = coalesce($2::bigint, estimate_micros)
     where chat_id = $1 and settled_micros is null`,
    [chat.id, cost],
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

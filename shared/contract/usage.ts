import { z } from 'zod';
import type { BudgetScope } from '../model/chat.ts';
import type { ProviderId } from '../model/ids.ts';
import { call, feed, is } from './define.ts';
import * as s from './schemas.ts';

/** Millionths of a US dollar. `unpriced`: calls whose cost nobody knows. */
export interface Spending {
  readonly micros: number;
  readonly calls: number;
  readonly unpriced: number;
}

export interface BudgetSettings {
  /** Of all chats in the period; null: no cap. */
  readonly capMicros: number | null;
  readonly period: Exclude<BudgetScope, 'chat'>;
  /** Of each tree of chats that has no cap of its own. */
  readonly chatCapMicros: number | null;
  /** Under a cap, calls of a model without a price pass. */
  readonly allowUnpriced: boolean;
}

export interface UsageNow {
  /** Since midnight here. */
  readonly today: Spending;
  readonly accounts: readonly (Spending & { readonly providerId: ProviderId })[];
  /** In the period of the budget. */
  readonly inPeriod: Spending;
  readonly budget: BudgetSettings;
}

/** What one model cost on one day. */
export interface UsageRow extends Spending {
  /** "2026-11-28", here. */
  readonly day: string;
  readonly account: string;
  readonly model: string;
  readonly inputTokens: number;
  readonly outputTokens: number;
}

const cap = z.number().int().min(0).max(1e12).nullable();

export const usageContract = {
  'usage.watch': feed({ input: z.object({}), event: is<UsageNow>() }),
  'usage.load': call({
    input: z.object({ days: z.number().int().min(1).max(92) }),
    output: is<{ rows: readonly UsageRow[] }>(),
  }),
  'budget.set': call({
    input: z.object({
      capMicros: cap,
      period: z.enum(['day', 'month']),
      chatCapMicros: cap,
      allowUnpriced: z.boolean(),
    }),
    output: is<null>(),
  }),
  /** Of the tree that the chat is in: null for none, `usual` for the one of the settings. */
  'chat.setBudget': call({
    input: z.object({ chatId: s.chatId, capMicros: z.union([cap, z.literal('usual')]) }),
    output: is<null>(),
    errors: ['not-found'],
  }),
};

import { ok } from '@shared/util/result.ts';
import type { Usage } from '../models/usage.ts';
import type { CallHandlers, FeedHandlers } from './handlers.ts';

type Names = `usage.${string}` | `budget.${string}`;

export function usageFeeds(usage: Usage): Pick<FeedHandlers, 'usage.watch'> {
  return { 'usage.watch': (_input, signal) => usage.watch(signal) };
}

export function usageCalls(usage: Usage): Pick<CallHandlers, Extract<keyof CallHandlers, Names>> {
  return {
    'usage.load': async ({ days }) => ok({ rows: await usage.load(days) }),
    'budget.set': async (budget) => {
      await usage.setBudget(budget);
      return ok(null);
    },
  };
}

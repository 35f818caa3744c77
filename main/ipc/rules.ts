import { err, ok } from '@shared/util/result.ts';
import type { RuleBook } from '../workspaces/rule-book.ts';
import type { CallHandlers, FeedHandlers } from './handlers.ts';

export function ruleFeeds(rules: RuleBook): Pick<FeedHandlers, 'rules.watch'> {
  return { 'rules.watch': (_input, signal) => rules.watch(signal) };
}

export function ruleCalls(rules: RuleBook): Pick<CallHandlers, 'rules.revoke'> {
  return {
    'rules.revoke': async ({ ruleId }) =>
      (await rules.revoke(ruleId))
        ? ok(null)
        : err({ code: 'not-found', message: 'This rule does not hold any more.' }),
  };
}

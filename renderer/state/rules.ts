import type { RuleId } from '@shared/model/ids.ts';
import type { ApprovalRule } from '@shared/model/rule.ts';
import { createStore } from 'zustand/vanilla';
import { call, watchFeed } from '../lib/bridge.ts';
import { toast } from './toasts.ts';

/** Null until the first list arrived. */
export const rulesStore = createStore<{ readonly rules: readonly ApprovalRule[] | null }>(() => ({
  rules: null,
}));

/** While they are looked at. Answers what ends it. */
export function watchRules(): () => void {
  const feed = watchFeed(
    'rules.watch',
    {},
    {
      onEvents: (events) => {
        const last = events.at(-1);
        if (last) rulesStore.setState({ rules: last });
      },
    },
  );
  return () => feed.close();
}

export async function revokeRule(ruleId: RuleId): Promise<void> {
  const answer = await call('rules.revoke', { ruleId });
  if (!answer.ok) toast(answer.error.message);
}

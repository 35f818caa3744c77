import type { ApprovalRule } from '@shared/model/rule.ts';
import { useEffect } from 'react';
import { useStore } from 'zustand';
import { ruleReach, ruleText, ruleUse } from '../../lib/rule-words.ts';
import { revokeRule, rulesStore, watchRules } from '../../state/rules.ts';
import { touchClock, useSeconds } from '../../state/ticks.ts';
import { Button } from '../../ui/button.tsx';
import { Escaped } from '../../ui/escaped.tsx';

/** What is let through without asking, and the way to end it. */
export function Rules() {
  const rules = useStore(rulesStore, (s) => s.rules);
  useEffect(watchRules, []);
  // What is listed is told as it is now.
  useEffect(touchClock, [rules]);
  if (rules === null) return null;
  if (rules.length === 0) {
    return (
      <p className="meta">
        No rules. A question about a command offers to add one; the mode of each folder is in the composer.
      </p>
    );
  }
  return (
    <div className="set rules" role="list" aria-label="Approval rules">
      {rules.map((rule) => (
        <RuleRow key={rule.id} rule={rule} />
      ))}
    </div>
  );
}

function RuleRow({ rule }: { readonly rule: ApprovalRule }) {
  const text = ruleText(rule);
  const nowMs = useSeconds(false);
  return (
    <div className="li" role="listitem">
      <span>
        <span className="mono strong rule-text">
          <Escaped text={text} />
        </span>
        {rule.why !== null && <span className="meta">{rule.why}</span>}
        <span className="meta">
          {ruleReach(rule, nowMs)} · {ruleUse(rule, nowMs)}
        </span>
      </span>
      <Button aria-label={`Revoke rule: ${text}`} onClick={() => void revokeRule(rule.id)}>
        Revoke
      </Button>
    </div>
  );
}

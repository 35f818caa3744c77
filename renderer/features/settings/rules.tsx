import type { ApprovalRule } from '@shared/model/rule.ts';
import { ShieldCheck } from 'lucide-react';
import { useEffect } from 'react';
import { useStore } from 'zustand';
import { ruleReach, ruleText, ruleUse } from '../../lib/rule-words.ts';
import { revokeRule, rulesStore, watchRules } from '../../state/rules.ts';
import { touchClock, useSeconds } from '../../state/ticks.ts';
import { Button } from '../../ui/button.tsx';
import { Empty } from '../../ui/empty.tsx';
import { Escaped } from '../../ui/escaped.tsx';
import { ListRow } from '../../ui/list-row.tsx';

/** What is let through without asking, and the way to end it. */
export function Rules() {
  const rules = useStore(rulesStore, (s) => s.rules);
  useEffect(watchRules, []);
  // What is listed is told as it is now.
  useEffect(touchClock, [rules]);
  if (rules === null) return null;
  if (rules.length === 0) {
    return (
      <Empty icon={<ShieldCheck className="i" aria-hidden="true" />} text="No rules yet">
        <span className="meta">
          A question about a command offers to add one. The mode of each folder is in the composer.
        </span>
      </Empty>
    );
  }
  return (
    <ul className="set" aria-label="Approval rules">
      {rules.map((rule) => (
        <RuleRow key={rule.id} rule={rule} />
      ))}
    </ul>
  );
}

function RuleRow({ rule }: { readonly rule: ApprovalRule }) {
  const text = ruleText(rule);
  const nowMs = useSeconds(false);
  return (
    <ListRow
      label={text}
      name={
        <span className="mono rule-text">
          <Escaped text={text} />
        </span>
      }
      facts={
        <>
          {rule.why !== null && <span className="meta">{rule.why}</span>}
          <span className="meta">
            {ruleReach(rule, nowMs)} · {ruleUse(rule, nowMs)}
          </span>
        </>
      }
      actions={
        <Button aria-label={`Revoke rule: ${text}`} onClick={() => void revokeRule(rule.id)}>
          Revoke
        </Button>
      }
    />
  );
}

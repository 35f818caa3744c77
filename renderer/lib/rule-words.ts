import type { ApprovalRule, RuleExpiry, RuleScope, RuleText } from '@shared/model/rule.ts';
import { age, clock, plural } from './format.ts';

export const SCOPES: readonly { readonly value: RuleScope; readonly label: string }[] = [
  { value: 'chat', label: 'This chat' },
  { value: 'workspace', label: 'This workspace' },
  { value: 'everywhere', label: 'Everywhere' },
];

export const EXPIRIES: readonly { readonly value: RuleExpiry; readonly label: string }[] = [
  { value: 'chat', label: 'This chat ends' },
  { value: 'hour', label: '1 hour' },
  { value: 'day', label: '1 day' },
  { value: 'month', label: '30 days' },
  { value: 'never', label: 'Revoked' },
];

/** A rule, word for word. */
export function ruleText({ kind, text, below }: RuleText): string {
  if (kind === 'program') return `${text} …`;
  return below === '' ? text : `${text}  (in ${below})`;
}

/** Where it holds and until when. */
export function ruleReach(rule: ApprovalRule, nowMs: number): string {
  const where =
    rule.scope === 'everywhere'
      ? 'everywhere'
      : rule.scope === 'chat'
        ? `in the chat “${rule.where}” and its agents`
        : `in the workspace ${rule.where}`;
  const ends =
    rule.expiresAt !== null
      ? Date.parse(rule.expiresAt) <= nowMs
        ? 'ended'
        : `until ${clock(rule.expiresAt, nowMs)}`
      : rule.untilChat !== null
        ? `until the chat “${rule.untilChat}” is archived`
        : 'until it is revoked';
  return `${where}, ${ends}`;
}

export function ruleUse({ uses, lastUsedAt }: ApprovalRule, nowMs: number): string {
  if (uses === 0 || lastUsedAt === null) return 'not used yet';
  const last = age(lastUsedAt, nowMs);
  return `used ${plural(uses, 'time')}, last ${last === 'now' || !/^\d+[mhd]$/.test(last) ? last : `${last} ago`}`;
}

import { asId, type RuleId } from '@shared/model/ids.ts';
import type { ApprovalRule } from '@shared/model/rule.ts';
import { expect, it } from 'vitest';
import { ruleReach, ruleText, ruleUse } from './rule-words.ts';

const now = Date.parse('2026-03-04T12:00:00Z');
const rule: ApprovalRule = {
  id: asId<RuleId>('r'),
  kind: 'exact',
  text: 'npm test',
  below: '',
  why: null,
  scope: 'everywhere',
  where: null,
  expiresAt: null,
  untilChat: null,
  createdAt: '2026-03-04T10:00:00Z',
  uses: 0,
  lastUsedAt: null,
};

it('a rule is shown word for word', () => {
  expect(ruleText(rule)).toBe('npm test');
  expect(ruleText({ ...rule, below: 'packages/a' })).toBe('npm test  (in packages/a)');
  expect(ruleText({ ...rule, kind: 'program', text: 'git status' })).toBe('git status …');
});

it('where and until when it holds', () => {
  expect(ruleReach(rule, now)).toBe('everywhere, until it is revoked');
  const inChat = { ...rule, scope: 'chat', where: 'Fix it', untilChat: 'Fix it' } as const;
  expect(ruleReach(inChat, now)).toBe(
    'in the chat “Fix it” and its agents, until the chat “Fix it” is archived',
  );
  const inPlace = { ...rule, scope: 'workspace', where: 'app on box' } as const;
  expect(ruleReach({ ...inPlace, expiresAt: '2026-03-04T13:00:00Z' }, now)).toMatch(
    /^in the workspace app on box, until \d/,
  );
  expect(ruleReach({ ...inPlace, expiresAt: '2026-03-04T11:00:00Z' }, now)).toMatch(/, ended$/);
});

it('how often it was used, and when last', () => {
  const used = (uses: number, lastUsedAt: string) => ruleUse({ ...rule, uses, lastUsedAt }, now);
  expect(ruleUse(rule, now)).toBe('not used yet');
  expect(used(1, '2026-03-04T12:00:00Z')).toBe('used 1 time, last now');
  expect(used(12, '2026-03-04T09:00:00Z')).toBe('used 12 times, last 3h ago');
});

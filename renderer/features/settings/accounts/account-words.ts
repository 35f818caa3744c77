import type { UsageNow } from '@shared/contract/usage.ts';
import type { Account, ModelChoice } from '@shared/model/account.ts';
import { presetOf } from '@shared/model/account-preset.ts';
import { age, plural } from '../../../lib/format.ts';
import { costWords } from '../../../lib/money.ts';

export interface AccountWords {
  readonly text: string;
  readonly tone: 'meta' | 'err';
}

/** The second line of an account: what is wrong, else where it comes from and what it offers. */
export function accountWords(account: Account, models: number, nowMs: number): AccountWords {
  const { check, hasKey, keyVariable, enabled } = account;
  // What is not in use is not wrong.
  const tone = enabled ? 'err' : 'meta';
  if (check?.problem) return { text: `${check.problem.short} · ${checked(check.at, nowMs)}`, tone };
  if (!hasKey && needsKey(account))
    return {
      text: keyVariable !== null ? `no key in ${keyVariable}` : enabled ? 'no key' : 'not set up',
      tone,
    };
  const tested = check ? [`works, ${checked(check.at, nowMs)}`] : [];
  return { text: [...origin(account), plural(models, 'model'), ...tested].join(' · '), tone: 'meta' };
}

function origin({ kind, source, baseUrl, local }: Account): readonly string[] {
  if (kind === 'demo') return ['no key needed'];
  const host = URL.canParse(baseUrl) ? new URL(baseUrl).host : '';
  if (local && host !== '') return [host];
  const from = source === 'env' ? 'from your environment' : 'added by you';
  return host === '' ? [from] : [from, host];
}

/** "checked 2 min ago" */
export function checked(at: string, nowMs: number): string {
  const since = age(at, nowMs);
  if (since === 'now') return 'checked just now';
  return `checked ${since.replace(/^(\d+)m$/, '$1 min')} ago`;
}

/** A compatible server may do without one. */
export function needsKey({ kind, preset }: Account): boolean {
  return presetOf(preset, kind)?.needsKey ?? false;
}

/** What it cost today; "free" where none of its models costs anything. */
export function todayWords(
  account: Account,
  models: readonly ModelChoice[],
  usage: UsageNow | null,
): string {
  const spent = usage?.accounts.find(({ providerId }) => providerId === account.id);
  const isFree = models.every(({ price }) => price?.input === 0 && price.output === 0);
  if (account.local && isFree && (spent === undefined || (spent.micros === 0 && spent.unpriced === 0)))
    return 'free';
  return spent === undefined ? '' : `${costWords(spent)} today`;
}

import type { LedgerRow, StepView } from '../machine/types.ts';

export const MAX_STEPS = 1200;

/** What the committed history asks for next (CHATD 5.3, decision 9). */
export type Decision =
  /** These calls may run now: cleared or dispatched, and no effect overtakes an earlier gated call. */
  | { readonly kind: 'run-tools'; readonly calls: readonly LedgerRow[] }
  /** Every call has its result: they become rows. */
  | { readonly kind: 'commit-results' }
  /** Only the person can say how it goes on. */
  | { readonly kind: 'ask' }
  | { readonly kind: 'finish' }
  | { readonly kind: 'generate' };

const SETTLED: ReadonlySet<LedgerRow['state']> = new Set(['done', 'denied', 'cancelled', 'unknown']);

/** Pure: the same rows give the same answer on every replica and after every crash. */
export function decide(
  view: Pick<StepView, 'tail' | 'calls' | 'stepsInTurn'>,
  maxSteps = MAX_STEPS,
): Decision {
  const last = view.tail.findLast((m) => m.role !== 'system');
  if (last?.role === 'assistant') {
    if (view.calls.length === 0) return { kind: 'finish' };
    const runnable = runnableCalls(view.calls);
    if (runnable.length > 0) return { kind: 'run-tools', calls: runnable };
    return view.calls.every((c) => SETTLED.has(c.state)) ? { kind: 'commit-results' } : { kind: 'ask' };
  }
  return view.stepsInTurn >= maxSteps ? { kind: 'finish' } : { kind: 'generate' };
}

function runnableCalls(calls: readonly LedgerRow[]): LedgerRow[] {
  const firstGated = calls.findIndex((c) => c.state === 'gated');
  return calls.filter((call, i) => {
    if (call.state !== 'cleared' && call.state !== 'dispatched') return false;
    return call.effect === 'read' || call.state === 'dispatched' || firstGated < 0 || i < firstGated;
  });
}

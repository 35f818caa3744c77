import type { Outcome } from '../machine/types.ts';

/**
 * The value of a fenced write; null when the fence was lost: history, status or owner moved on, look again.
 * Any other refusal of a write that decide had allowed is a bug, and must not be taken for progress.
 */
export function held<T>(outcome: Outcome<T>): { readonly value: T } | null {
  if (outcome.ok) return { value: outcome.value };
  if (outcome.error.kind === 'fence-lost' || outcome.error.kind === 'not-found') return null;
  throw new Error(`The state machine refused: ${JSON.stringify(outcome.error)}`);
}

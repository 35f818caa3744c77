import type { CallFailure } from '@shared/contract/define.ts';
import { err, ok, type Result } from '@shared/util/result.ts';
import type { Outcome, Refusal } from '../chatd/machine/types.ts';

const SENTENCES: Record<Refusal['kind'], string> = {
  'not-found': 'This chat does not exist any more.',
  'not-allowed': 'This is not possible in the state the chat is in now.',
  'fence-lost': 'The chat moved on in the meantime. Try again.',
  'queue-full': 'The queue is full: 20 messages are waiting already.',
  'file-expired': 'A file of this message has expired. Remove it, or attach it again.',
  'message-not-found': 'This message does not exist any more.',
  'not-user-message': 'Only your own messages can be edited.',
  'no-model': 'No model is set up. Add an account in Settings.',
  'unknown-model': 'The model that was chosen is not available any more. Choose another one.',
  'already-answered': 'This was answered already.',
  changed: 'What is asked has changed. Look at it again before you answer.',
  'over-budget': 'The spending limit is reached.',
  'not-descendant': 'This agent was not started by this chat.',
  invalid: 'The request was not understood.',
};

type Codes<E extends string> = Partial<Record<Refusal['kind'], E>>;

/** A refusal of the state machine as the contract's failure. What is not in `codes` cannot be expected here. */
export function answer<T, O, E extends string>(
  outcome: Outcome<T>,
  codes: Codes<E>,
  map: (value: T) => O,
): Result<O, CallFailure<E>> {
  if (outcome.ok) return ok(map(outcome.value));
  const { error } = outcome;
  const code = codes[error.kind];
  if (code === undefined) throw new Error(`Unexpected refusal: ${JSON.stringify(error)}`);
  if (error.kind === 'invalid') return err({ code, message: `${error.message}.` });
  if (error.kind === 'file-expired' && error.name !== null)
    return err({ code, message: `“${error.name}” has expired. Remove it, or attach it again.` });
  const archived = error.kind === 'not-allowed' && error.from.startsWith('X');
  return err({
    code,
    message: archived ? 'This chat is archived. Unarchive it first.' : SENTENCES[error.kind],
  });
}

export function done(): null {
  return null;
}

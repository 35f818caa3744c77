import type { CallFailure } from '@shared/contract/define.ts';
import { DatabaseFault, type DatabaseFaultCode } from '../db/fault.ts';

const SENTENCES: Partial<Record<DatabaseFaultCode, string>> = {
  'disk-full': 'The disk is full, so this was not saved. Free some space and try again.',
  unreachable: 'The shared database does not answer, so it is not known whether this was saved. Try again.',
  closed: 'Gaffer is closing, so this was not saved.',
};

/** What the window is told about a thrown error: never its text, which may hold anything. */
export function failureOf(error: unknown): CallFailure {
  const told = error instanceof DatabaseFault ? SENTENCES[error.code] : undefined;
  return {
    code: 'internal',
    message: told ?? 'Something went wrong inside Gaffer. The log has the details.',
  };
}

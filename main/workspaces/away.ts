import { LinkDown } from '../agent-client/client.ts';
import { LinkFault } from '../ssh/fault.ts';
import { WorkspaceProblem } from './connection.ts';

/** The machine could not be reached: that passes, or a person is told elsewhere. */
export function isAway(error: unknown): error is Error {
  if (error instanceof LinkDown || error instanceof LinkFault) return true;
  return error instanceof WorkspaceProblem && (error.code === 'unreachable' || error.code === 'no-agent');
}

import type { AgentError } from '../agent-client/client.ts';

/**
 * A key is of one call, so `key-reused` comes to a repeat whose request was put together differently, as after an
 * update of the app: the first one had left, and its answer is lost.
 */
export function isUnknown(error: AgentError): boolean {
  return error.code === 'unknown-outcome' || error.code === 'key-reused';
}

import type http from 'node:http';
import { type AgentFailure, CHAT_HEADER, KEY_HEADER } from '@shared/agent-protocol/index.ts';
import { AgentError } from './client.ts';

/** One call on the wire. `waitMs` bounds it from the first byte out to the last byte in. */
export interface Call {
  readonly method: 'GET' | 'POST';
  /** Below `/api/v0`, with its query. */
  readonly path: string;
  readonly chatId?: string | undefined;
  readonly key?: string;
  readonly body?: Uint8Array;
  readonly waitMs: number;
  readonly signal: AbortSignal;
}

/** The connections to one agent. */
export interface Wire {
  readonly agent: http.Agent;
  readonly token: string;
  /** Ends each call that is not over yet. */
  readonly open: Set<(error: Error) => void>;
}

export function headersOf(token: string, call: Call): Record<string, string | number> {
  return {
    authorization: `Bearer ${token}`,
    ...(call.chatId === undefined ? {} : { [CHAT_HEADER]: call.chatId }),
    ...(call.key === undefined ? {} : { [KEY_HEADER]: call.key }),
    ...(call.body === undefined ? {} : { 'content-length': call.body.length }),
  };
}

export function refusal(status: number, body: Buffer): AgentError {
  try {
    const failure = JSON.parse(body.toString('utf8')) as Partial<AgentFailure>;
    return new AgentError(failure.message ?? '', status, failure.code ?? 'io', failure.detail ?? null);
  } catch {
    return new AgentError(`the agent answered ${status}`, status, 'io');
  }
}

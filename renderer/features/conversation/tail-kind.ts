import type { ChatStatus } from '@shared/model/chat.ts';
import type { ChatFault, RetryInfo } from '@shared/model/fault.ts';
import type { Message } from '@shared/model/message.ts';
import type { LinkState } from '@shared/model/workspace.ts';
import { isContextCut } from './context-cut.ts';

export type TailKind =
  | 'lost'
  | 'error'
  | 'paused'
  | 'stopping'
  | 'retry'
  | 'pending'
  | 'link'
  | 'working'
  | 'stopped'
  | 'none';

export interface TailState {
  readonly lost: boolean;
  readonly status: ChatStatus | null;
  readonly pending: boolean;
  readonly retry: RetryInfo | null;
  readonly error: ChatFault | null;
  /** Nothing streams. */
  readonly idle: boolean;
  /** The link to the place where the chat works. */
  readonly link: LinkState | null;
  /** The last turn was broken off and no row says so. */
  readonly brokenOff: boolean;
}

/** The one thing that stands after the last row. A lost feed comes first: what is known may be old. */
export function tailKind(state: TailState): TailKind {
  const { lost, status, pending, retry, error, idle, link, brokenOff } = state;
  if (lost) return 'lost';
  if (status === 'error' && error) return error.kind === 'paused' ? 'paused' : 'error';
  if (status === 'interrupting') return 'stopping';
  // Only a person can help, so the way to do it stands here at rest too.
  if (link?.state === 'down' && link.final) return 'link';
  if (status === 'waiting' && brokenOff) return 'stopped';
  if (status !== 'running') return 'none';
  if (retry) return 'retry';
  if (pending) return 'pending';
  if (link?.state === 'down' || link?.state === 'connecting') return 'link';
  return idle ? 'working' : 'none';
}

/**
 * A turn ends with the agent's own words. At rest after the person's, or after the result of a call, it was
 * stopped before the agent said anything; words that were cut have a row of their own that says so.
 */
export function endsUnanswered(messages: readonly Message[], forkedAt: string | null = null): boolean {
  const last = messages.findLast((m) => m.visibility !== 'model');
  // A fork ends where it was made until it goes on.
  if (last && forkedAt !== null && Date.parse(last.created_at) <= Date.parse(forkedAt)) return false;
  if (last?.role === 'user') return true;
  if (last?.role !== 'tool') return false;
  if (last.content.some((p) => p.type === 'tool-result' && isContextCut(p.tool_name))) return false;
  return messages.findLast((m) => m.role === 'assistant')?.interrupted === false;
}

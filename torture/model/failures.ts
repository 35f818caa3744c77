import type { FaultKind } from '../../shared/model/fault.ts';

/** What goes wrong with one request. */
export type Trouble =
  | { readonly at: 'network'; readonly how: 'dns' | 'refused' | 'plain-text' | 'no-certificate' }
  | {
      readonly at: 'status';
      readonly status: number;
      readonly code?: string;
      readonly message?: string;
      readonly retryAfter?: string;
    }
  | { readonly at: 'opening'; readonly how: 'reset' | 'stall' | 'page' }
  /** After some words have been sent. */
  | {
      readonly at: 'stream';
      readonly how: 'reset' | 'stall' | 'cut' | 'end' | 'malformed' | 'overloaded' | 'endless';
    }
  /** No trouble for who counts statuses. */
  | { readonly at: 'answer'; readonly how: 'empty' | 'huge' };

/** What the person must see (CHATD 7.3): a countdown, an error with its kind, or an end in good order. */
export type Expected =
  | { readonly is: 'retried'; readonly kind: FaultKind; readonly status?: number; readonly waitMs?: number }
  | { readonly is: 'shown'; readonly kind: FaultKind; readonly status?: number }
  | { readonly is: 'finished' };

export interface Failure {
  readonly name: string;
  readonly trouble: Trouble;
  readonly expected: Expected;
}

const status = (
  name: string,
  trouble: Omit<Extract<Trouble, { at: 'status' }>, 'at'>,
  expected: Expected,
): Failure => ({
  name,
  trouble: { at: 'status', ...trouble },
  expected: { ...expected, ...(expected.is === 'finished' ? {} : { status: trouble.status }) },
});
const retried = (kind: FaultKind, waitMs?: number): Expected =>
  waitMs === undefined ? { is: 'retried', kind } : { is: 'retried', kind, waitMs };
const shown = (kind: FaultKind): Expected => ({ is: 'shown', kind });

/** Section 7.3 in the words of this torture: written from the table, not from the code. */
export const failures: readonly Failure[] = [
  status('401', { status: 401, code: 'authentication_error' }, shown('auth')),
  status('403', { status: 403, code: 'permission_error' }, shown('auth')),
  status('404', { status: 404 }, shown('generic')),
  status('404 of the model', { status: 404, message: 'model not found' }, shown('config')),
  status('408', { status: 408 }, retried('timeout')),
  status('409', { status: 409 }, shown('generic')),
  status('413', { status: 413 }, shown('context_full')),
  status('429', { status: 429, code: 'rate_limit_error' }, retried('rate_limit', 1_000)),
  status('429, Retry-After 7', { status: 429, retryAfter: '7' }, retried('rate_limit', 7_000)),
  status('429, no quota', { status: 429, code: 'insufficient_quota' }, shown('usage_limit')),
  status('500', { status: 500 }, retried('generic')),
  status('502', { status: 502 }, retried('timeout')),
  status('503', { status: 503 }, retried('timeout')),
  status('503, Retry-After 3', { status: 503, retryAfter: '3' }, retried('timeout', 3_000)),
  status('503 of a wrong model', { status: 503, message: 'unsupported model' }, shown('config')),
  status('504', { status: 504 }, retried('timeout')),
  status('529', { status: 529, code: 'overloaded_error' }, retried('overloaded')),
  { name: 'DNS failure', trouble: { at: 'network', how: 'dns' }, expected: retried('timeout') },
  { name: 'refused', trouble: { at: 'network', how: 'refused' }, expected: retried('timeout') },
  { name: 'TLS to plain text', trouble: { at: 'network', how: 'plain-text' }, expected: shown('config') },
  {
    name: 'TLS, no common cipher',
    trouble: { at: 'network', how: 'no-certificate' },
    expected: shown('config'),
  },
  { name: 'reset at opening', trouble: { at: 'opening', how: 'reset' }, expected: retried('timeout') },
  {
    name: 'stall at opening',
    trouble: { at: 'opening', how: 'stall' },
    expected: retried('stream_silence_timeout'),
  },
  { name: 'a page, no stream', trouble: { at: 'opening', how: 'page' }, expected: shown('config') },
  { name: 'reset in mid-stream', trouble: { at: 'stream', how: 'reset' }, expected: retried('timeout') },
  { name: 'stall in mid-stream', trouble: { at: 'stream', how: 'stall' }, expected: retried('timeout') },
  { name: 'cut in mid-event', trouble: { at: 'stream', how: 'cut' }, expected: retried('timeout') },
  { name: 'no last event', trouble: { at: 'stream', how: 'end' }, expected: retried('timeout') },
  { name: 'malformed event', trouble: { at: 'stream', how: 'malformed' }, expected: shown('generic') },
  {
    name: 'overloaded event',
    trouble: { at: 'stream', how: 'overloaded' },
    expected: retried('overloaded'),
  },
  { name: 'answer without an end', trouble: { at: 'stream', how: 'endless' }, expected: shown('generic') },
  { name: 'empty answer', trouble: { at: 'answer', how: 'empty' }, expected: { is: 'finished' } },
  { name: 'huge answer', trouble: { at: 'answer', how: 'huge' }, expected: { is: 'finished' } },
];

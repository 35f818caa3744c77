import type { RetryInfo } from '@shared/model/fault.ts';
import { describe, expect, it } from 'vitest';
import { secondsLeft, statusLook } from './status.ts';

const REST = {
  status: 'waiting' as const,
  pending: false,
  retry: null,
  unread: false,
  stopped: false,
  activity: null,
  asks: 0,
  last_error: null,
};
const NOW = Date.parse('2026-01-01T00:00:00Z');
const RETRY: RetryInfo = {
  attempt: 1,
  delay_ms: 4000,
  error: 'X is rate limiting requests.',
  retrying_at: '2026-01-01T00:00:04Z',
  kind: 'rate_limit',
};

describe('status: a word, a glyph and a colour', () => {
  const look = (change: object) => Object.values(statusLook({ ...REST, ...change }, NOW));
  it.each([
    ['rests and was seen', {}, ['', 'none', 'none']],
    ['finished unseen', { unread: true }, ['Finished', 'dot', 'ok']],
    ['stopped by somebody', { unread: true, stopped: true }, ['Stopped', 'none', 'faint']],
    ['pending', { status: 'running', pending: true }, ['Waiting for a free slot', 'ring', 'faint']],
    [
      'running',
      { status: 'running', activity: 'Running npm test' },
      ['Running npm test', 'beat', 'accent'],
    ],
    [
      'retrying',
      { status: 'running', retry: RETRY },
      ['Retrying in 4 s — rate limited', 'clock', 'neutral'],
    ],
    ['asking', { status: 'requires_action', activity: 'Asks to edit' }, ['Asks to edit', 'hand', 'warn']],
    ['stopping', { status: 'interrupting' }, ['Stopping…', 'square', 'faint']],
    ['failed', { status: 'error', last_error: { message: 'No key.\nmore' } }, ['No key.', 'cross', 'err']],
  ])('%s', (_name, change, expected) => {
    expect(look(change)).toEqual(expected);
  });

  it('never shows an error without words', () => {
    expect(statusLook({ ...REST, status: 'error' }, NOW).words).toBe('Chat processing failed.');
  });

  it('counts down to now and not below', () => {
    // A clock that is a little behind does not add a second.
    expect(secondsLeft(RETRY.retrying_at, NOW - 400)).toBe(secondsLeft(RETRY.retrying_at, NOW));
    expect(secondsLeft(RETRY.retrying_at, NOW + 3500)).toBe(1);
    expect(secondsLeft(RETRY.retrying_at, NOW + 9000)).toBe(0);
    expect(secondsLeft('rubbish', NOW)).toBe(0);
    expect(statusLook({ ...REST, status: 'running', retry: RETRY }, NOW + 9000).words).toBe(
      'Retrying now — rate limited',
    );
  });
});

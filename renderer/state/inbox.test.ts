import { expect, it } from 'vitest';
import { hasFailed, inboxCount, waitingChats } from './inbox.ts';
import { testChat } from './test-chat.ts';

const fault = (kind: 'auth' | 'paused' | 'stopped') => ({
  kind,
  message: 'It did not work.',
  retryable: false,
});
const failed = testChat('failed', { status: 'error', last_error: fault('auth'), updated_at: '2' });
const asks = testChat('asks', { status: 'requires_action', asks: 2, updated_at: '1' });
const rests = testChat('rests', { updated_at: '3' });

it('a failed chat waits for the person among those that ask, the longest waiting first', () => {
  expect(waitingChats([rests, failed, asks]).map((chat) => chat.id)).toEqual(['asks', 'failed']);
});

it('every question and every failure counts', () => {
  expect(inboxCount([rests, failed, asks], [])).toBe(3);
});

it('what was stopped or paused, what is archived and what a chat started are no failures of the person', () => {
  expect(hasFailed({ ...failed, last_error: fault('paused') })).toBe(false);
  expect(hasFailed({ ...failed, last_error: fault('stopped') })).toBe(false);
  expect(hasFailed({ ...failed, archived: true })).toBe(false);
  expect(hasFailed({ ...failed, parent_chat_id: asks.id })).toBe(false);
  expect(hasFailed(rests)).toBe(false);
});

import { asId, type ChatId } from '@shared/model/ids.ts';
import { expect, it } from 'vitest';
import { nextUnread } from './next-unread.ts';

const id = (name: string) => asId<ChatId>(name);
const chat = (name: string, minute: number, change: object = {}) => ({
  id: id(name),
  unread: true,
  status: 'waiting' as const,
  last_error: null,
  asks: 0,
  archived: false,
  parent_chat_id: null,
  updated_at: `2026-01-01T00:0${minute}:00Z`,
  ...change,
});

it('leads to who asks first, then to who is done, the longest waiting first', () => {
  const done = chat('done', 1);
  const later = chat('later', 2);
  const asks = chat('asks', 3, { asks: 1, unread: false });
  expect(nextUnread([later, done, asks], null)?.id).toBe('asks');
  expect(nextUnread([later, done, asks], id('asks'))?.id).toBe('done');
  expect(nextUnread([later, done], id('done'))?.id).toBe('later');
});

it('what failed comes last: looking at it does not take it off the list', () => {
  const last_error = { kind: 'auth', message: 'Refused.', retryable: false };
  const failed = chat('failed', 1, { unread: false, status: 'error', last_error });
  const done = chat('done', 2);
  expect(nextUnread([failed, done], null)?.id).toBe('done');
  expect(nextUnread([failed], null)?.id).toBe('failed');
});

it('passes over what was seen, what is archived, and agents that are only done', () => {
  const agent = chat('agent', 1, { parent_chat_id: id('root') });
  const seen = chat('seen', 2, { unread: false });
  const archived = chat('archived', 3, { archived: true, asks: 1 });
  expect(nextUnread([agent, seen, archived], null)).toBe(null);
  expect(nextUnread([{ ...agent, asks: 2 }, seen], null)?.id).toBe('agent');
});

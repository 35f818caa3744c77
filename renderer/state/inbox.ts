import type { ChatSummary } from '@shared/model/chat.ts';
import type { GitQuestion } from '@shared/model/git.ts';

type Row = Pick<
  ChatSummary,
  'status' | 'last_error' | 'parent_chat_id' | 'archived' | 'asks' | 'updated_at'
>;

/**
 * A chat that stands still until the person does something about it. What failed below a chat is that chat's to deal
 * with, and who stopped or paused something knows.
 */
export function hasFailed({ status, last_error, parent_chat_id, archived }: Omit<Row, 'asks'>): boolean {
  if (status !== 'error' || archived || parent_chat_id !== null) return false;
  return last_error?.kind !== 'paused' && last_error?.kind !== 'stopped';
}

/** What waits for the person, the longest waiting first. */
export function waitingChats<R extends Row>(chats: Iterable<R>): readonly R[] {
  return [...chats]
    .filter((chat) => chat.asks > 0 || hasFailed(chat))
    .sort((a, b) => a.updated_at.localeCompare(b.updated_at));
}

/** How many cards the inbox shows. */
export function inboxCount(chats: Iterable<Row>, git: readonly GitQuestion[]): number {
  return waitingChats(chats).reduce((n, chat) => n + (hasFailed(chat) ? 1 : chat.asks), git.length);
}

import type { ChatSummary } from '@shared/model/chat.ts';
import type { ChatId } from '@shared/model/ids.ts';
import { hasFailed } from './inbox.ts';

type Row = Pick<
  ChatSummary,
  'id' | 'unread' | 'asks' | 'archived' | 'updated_at' | 'parent_chat_id' | 'status' | 'last_error'
>;

/**
 * The chat to look at next: one that asks comes before one that is done, the longest waiting first. What is done is
 * seen by that; what failed stays as it is, and so comes last.
 */
export function nextUnread<R extends Row>(chats: Iterable<R>, open: ChatId | null): R | null {
  const rank = (chat: R) => (chat.asks > 0 ? 0 : hasFailed(chat) ? 2 : 1);
  const waiting = [...chats].filter(
    (chat) =>
      chat.id !== open &&
      !chat.archived &&
      (chat.asks > 0 || hasFailed(chat) || (chat.unread && chat.parent_chat_id === null)),
  );
  waiting.sort((a, b) => rank(a) - rank(b) || (a.updated_at < b.updated_at ? -1 : 1));
  return waiting[0] ?? null;
}

import type { ChatSummary } from '@shared/model/chat.ts';
import type { GitQuestion } from '@shared/model/git.ts';
import type { ChatId } from '@shared/model/ids.ts';

/** Chats that wait for the person, the longest waiting first. */
export function asking(chats: Iterable<ChatSummary>): readonly ChatSummary[] {
  return [...chats].filter((c) => c.asks > 0).sort((a, b) => a.updated_at.localeCompare(b.updated_at));
}

/** Of these, what a chat has started. */
export function askingIn(chats: ReadonlyMap<ChatId, ChatSummary>, parent: ChatId): readonly ChatSummary[] {
  return asking([...chats.values()].filter((c) => c.parent_chat_id === parent));
}

/** What git waits for in a chat or in those that it has started, the oldest first. */
export function gitAskingIn(
  chats: ReadonlyMap<ChatId, ChatSummary>,
  parent: ChatId,
  questions: readonly GitQuestion[],
): readonly GitQuestion[] {
  return questions.filter(
    ({ chatId }) => chatId !== null && (chatId === parent || chats.get(chatId)?.parent_chat_id === parent),
  );
}

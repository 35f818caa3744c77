import type { ChatSummary } from '@shared/model/chat.ts';
import type { ChatId } from '@shared/model/ids.ts';

/** Chats that wait for the person, the longest waiting first. */
export function asking(chats: Iterable<ChatSummary>): readonly ChatSummary[] {
  return [...chats].filter((c) => c.asks > 0).sort((a, b) => a.updated_at.localeCompare(b.updated_at));
}

/** Of these, what a chat has started. */
export function askingIn(chats: ReadonlyMap<ChatId, ChatSummary>, parent: ChatId): readonly ChatSummary[] {
  return asking([...chats.values()].filter((c) => c.parent_chat_id === parent));
}

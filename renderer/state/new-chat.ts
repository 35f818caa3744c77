import { chatsStore, findChat } from './chats.ts';
import { navStore, openNew } from './nav.ts';

/** A new chat starts where the open one is. */
export function newChatHere(): void {
  const { route } = navStore.getState();
  const chat = route.view === 'chat' ? findChat(chatsStore.getState(), route.chatId) : null;
  openNew(chat?.workspace_id ?? (route.view === 'new' ? route.workspaceId : null));
}

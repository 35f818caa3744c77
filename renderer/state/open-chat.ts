import type { ChatId } from '@shared/model/ids.ts';
import { createStore } from 'zustand/vanilla';
import { type ChatSession, createSession } from './live.ts';
import { navStore } from './nav.ts';

/** The session of the chat that the main pane shows. Chats that are not shown have no feed. */
export const openChatStore = createStore<{ readonly session: ChatSession | null }>(() => ({
  session: null,
}));

/** Keeps the session in step with the route, until the window goes. */
export function startOpenChat(): void {
  const follow = () => {
    const { route } = navStore.getState();
    const wanted: ChatId | null = route.view === 'chat' ? route.chatId : null;
    const { session } = openChatStore.getState();
    if ((session?.chatId ?? null) === wanted) return;
    session?.close();
    const next = wanted ? createSession(wanted) : null;
    next?.open();
    openChatStore.setState({ session: next });
  };
  follow();
  navStore.subscribe(follow);
}

import type { ChatId } from '@shared/model/ids.ts';
import { createStore } from 'zustand/vanilla';
import { type ChatSession, createSession } from './live.ts';
import { navStore, type Route, routesOf, type Side } from './nav.ts';

/** The sessions of the chats that the panes show. Chats that are not shown have no feed. */
export const openChatStore = createStore<Readonly<Record<Side, ChatSession | null>>>(() => ({
  left: null,
  right: null,
}));

/** Keeps the sessions in step with the routes, until the window goes. A chat that changes sides keeps its own. */
export function startOpenChat(): void {
  const follow = () => {
    const routes = routesOf(navStore.getState());
    const { left, right } = openChatStore.getState();
    const wanted = [chatOf(routes.left), chatOf(routes.right)] as const;
    if ((left?.chatId ?? null) === wanted[0] && (right?.chatId ?? null) === wanted[1]) return;
    const open = [left, right].filter((session) => session !== null);
    for (const session of open) if (!wanted.includes(session.chatId)) session.close();
    const sessionOf = (chatId: ChatId | null) =>
      chatId && (open.find((session) => session.chatId === chatId) ?? opened(chatId));
    openChatStore.setState({ left: sessionOf(wanted[0]), right: sessionOf(wanted[1]) });
  };
  follow();
  navStore.subscribe(follow);
}

function chatOf(route: Route | null): ChatId | null {
  return route?.view === 'chat' ? route.chatId : null;
}

function opened(chatId: ChatId): ChatSession {
  const session = createSession(chatId);
  session.open();
  return session;
}

import { appStore } from '../app.ts';
import { chatsStore, findChat } from '../chats.ts';
import { navStore, type Route } from '../nav.ts';
import { openChatStore } from '../open-chat.ts';
import { busyAgents, isBusy } from '../stop.ts';
import { workspacesStore } from '../workspaces.ts';
import type { Now } from './command.ts';

/** The window at this moment. */
export function lookNow(): Now {
  const { info, settings } = appStore.getState();
  const { route, side } = navStore.getState();
  const session = openChatStore.getState()[side];
  const chat = route.view === 'chat' ? findChat(chatsStore.getState(), route.chatId) : null;
  const agents = session?.store.getState().view?.agents ?? [];
  return {
    platform: info?.platform ?? 'linux',
    settings,
    route,
    chat,
    session: chat === null ? null : session,
    busy: chat !== null && (isBusy(chat.status) || busyAgents(agents) > 0),
    place: placeOf(route, chat?.workspace_id ?? null),
  };
}

function placeOf(route: Route, ofChat: string | null): Now['place'] {
  const list = workspacesStore.getState().list ?? [];
  if (route.view === 'chat') return list.find(({ id }) => id === ofChat) ?? null;
  if (route.view !== 'new' || route.nowhere === true) return null;
  return (route.workspaceId === null ? list[0] : list.find(({ id }) => id === route.workspaceId)) ?? null;
}

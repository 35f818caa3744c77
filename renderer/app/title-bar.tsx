import { useEffect } from 'react';
import { useStore } from 'zustand';
import { chatsStore, findChat } from '../state/chats.ts';
import { navStore, PANE_TITLES } from '../state/nav.ts';
import { workspacesStore } from '../state/workspaces.ts';
import { Brand } from './brand.tsx';
import { ChatTitle } from './chat-title.tsx';
import { BackTo, PlaceChip } from './crumbs.tsx';
import { GitChips } from './git-chips.tsx';
import { TitleTools } from './title-tools.tsx';

/** Where the person is, how they came there, and what is at hand everywhere. */
export function TitleBar() {
  const route = useStore(navStore, (s) => s.route);
  const chatId = route.view === 'chat' ? route.chatId : null;
  const chat = useStore(chatsStore, (s) => (chatId ? findChat(s, chatId) : null));
  const parent = useStore(chatsStore, (s) =>
    chat?.parent_chat_id ? findChat(s, chat.parent_chat_id) : null,
  );
  const workspaceId = route.view === 'new' ? route.workspaceId : (chat?.workspace_id ?? null);
  const place = useStore(workspacesStore, (s) => s.list?.find((w) => w.id === workspaceId));
  const title = route.view === 'chat' ? (chat?.title ?? '') : PANE_TITLES[route.view];
  useEffect(() => {
    document.title = title === '' ? 'Gaffer' : `${title} · Gaffer`;
  }, [title]);
  return (
    <header className="title">
      <Brand />
      <div className="crumbs">
        {parent && <BackTo parent={parent} />}
        {chat ? <ChatTitle key={chat.id} chat={chat} /> : <h1 title={title}>{title}</h1>}
        {place && (
          <>
            <PlaceChip place={place} />
            <GitChips chatId={chatId} branch={place.branch} />
          </>
        )}
      </div>
      <TitleTools chat={chat} />
    </header>
  );
}

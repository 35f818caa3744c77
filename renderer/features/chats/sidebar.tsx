import { Archive, Inbox as InboxIcon, Search, Settings as SettingsIcon, SquarePen } from 'lucide-react';
import { useMemo, useState } from 'react';
import { useStore } from 'zustand';
import { chatsStore, showArchived } from '../../state/chats.ts';
import { gitStore } from '../../state/git.ts';
import { navStore, openInbox, openNew, showSettings } from '../../state/nav.ts';
import { IconButton } from '../../ui/button.tsx';
import { ChatTree } from './chat-tree.tsx';

export function Sidebar() {
  const [filter, setFilter] = useState('');
  return (
    <nav className="side" aria-label="Chats">
      <div className="top">
        <div className="search">
          <Search className="i s" aria-hidden="true" />
          <input
            type="search"
            aria-label="Search"
            placeholder="Filter chats"
            value={filter}
            onChange={(e) => setFilter(e.target.value)}
            onKeyDown={(e) => {
              if (e.key === 'Escape') setFilter('');
            }}
          />
          {filter === '' && <kbd aria-hidden="true">Ctrl K</kbd>}
        </div>
        <IconButton label="New chat" aria-keyshortcuts="Control+N" onClick={newChatHere}>
          <SquarePen className="i" aria-hidden="true" />
        </IconButton>
      </div>
      <InboxButton />
      <ChatTree filter={filter} />
      <Foot />
    </nav>
  );
}

/** A new chat starts where the open one is. */
export function newChatHere(): void {
  const { route } = navStore.getState();
  const chat = route.view === 'chat' ? chatsStore.getState().live?.get(route.chatId) : undefined;
  openNew(chat?.workspace_id ?? (route.view === 'new' ? route.workspaceId : null));
}

function InboxButton() {
  const live = useStore(chatsStore, (s) => s.live);
  const shown = useStore(navStore, (s) => s.route.view === 'inbox');
  const git = useStore(gitStore, (s) => s.questions.length);
  const asks = useMemo(() => [...(live?.values() ?? [])].reduce((n, c) => n + c.asks, 0), [live]);
  const count = asks + git;
  return (
    <button
      type="button"
      className={`inbox ${shown ? 'on' : ''}`}
      aria-label={count > 0 ? `Inbox, ${count} waiting for you` : 'Inbox'}
      aria-current={shown ? 'page' : undefined}
      onClick={openInbox}
    >
      <InboxIcon className="i" aria-hidden="true" />
      Inbox
      {count > 0 && <span className="count num">{count}</span>}
    </button>
  );
}

function Foot() {
  const archived = useStore(chatsStore, (s) => s.showArchived);
  return (
    <div className="foot">
      <button
        type="button"
        className={`foot-button ${archived ? 'on' : ''}`}
        aria-pressed={archived}
        onClick={() => showArchived(!archived)}
      >
        <Archive className="i s" aria-hidden="true" />
        Archived
      </button>
      <IconButton label="Settings" className="end" onClick={() => showSettings()}>
        <SettingsIcon className="i" aria-hidden="true" />
      </IconButton>
    </div>
  );
}

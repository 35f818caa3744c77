import {
  Archive,
  CornerDownLeft,
  Inbox as InboxIcon,
  Search,
  Settings as SettingsIcon,
  SquarePen,
  TextSearch,
  Unplug,
} from 'lucide-react';
import { useMemo, useRef, useState } from 'react';
import { useStore } from 'zustand';
import { costWords, unpricedWords } from '../../lib/money.ts';
import { chatsStore, showArchived } from '../../state/chats.ts';
import { gitStore } from '../../state/git.ts';
import { inboxCount } from '../../state/inbox.ts';
import { useShortcut } from '../../state/keymap.ts';
import { navStore, openInbox, openSearch, showSettings } from '../../state/nav.ts';
import { newChatHere } from '../../state/new-chat.ts';
import { usageStore } from '../../state/usage.ts';
import { useWish } from '../../state/wish.ts';
import { focusSearch } from '../../state/wishes.ts';
import { IconButton } from '../../ui/button.tsx';
import { ChatTree } from './chat-tree.tsx';
import { SidebarEdge } from './sidebar-edge.tsx';
import { FilterChips, TreeOptions } from './tree-options.tsx';
import { useDrawer } from './use-drawer.ts';

export function Sidebar() {
  const [filter, setFilter] = useState('');
  const field = useRef<HTMLInputElement>(null);
  const side = useRef<HTMLElement>(null);
  const drawerKey = useDrawer(side);
  const search = useShortcut('go.search');
  const newChat = useShortcut('chat.new');
  useWish(focusSearch, () => field.current?.select());
  const toMessages = () => {
    setFilter('');
    openSearch(filter.trim());
  };
  return (
    <nav ref={side} className="side" aria-label="Chats" onKeyDown={drawerKey}>
      <div className="top">
        <div className="search">
          <Search className="i s" aria-hidden="true" />
          <input
            ref={field}
            type="search"
            aria-label="Search"
            aria-keyshortcuts={search.aria}
            placeholder="Filter chats"
            value={filter}
            onChange={(e) => setFilter(e.target.value)}
            onKeyDown={(e) => {
              if (e.key === 'Escape' && filter !== '') {
                setFilter('');
                e.preventDefault();
              }
              if (e.key === 'Enter' && !e.nativeEvent.isComposing && filter.trim() !== '') toMessages();
            }}
          />
          {filter === '' && <kbd aria-hidden="true">{search.text}</kbd>}
        </div>
        <TreeOptions />
        <IconButton label="New chat" aria-keyshortcuts={newChat.aria} onClick={newChatHere}>
          <SquarePen className="i" aria-hidden="true" />
        </IconButton>
      </div>
      <InboxButton />
      <FilterChips />
      {filter.trim() !== '' && <AllMessages text={filter.trim()} onOpen={toMessages} />}
      <ChatTree filter={filter} onUnfilter={() => setFilter('')} />
      <Lost />
      <SidebarEdge />
      <Foot />
    </nav>
  );
}

/** The tree knows titles; what was said in them is looked for elsewhere. */
function AllMessages({ text, onOpen }: { readonly text: string; readonly onOpen: () => void }) {
  return (
    <button type="button" className="inbox all-messages" onClick={onOpen}>
      <TextSearch className="i" aria-hidden="true" />
      <span className="all-text">Search all messages for “{text}”</span>
      <CornerDownLeft className="i xs" aria-hidden="true" />
    </button>
  );
}

function InboxButton() {
  const live = useStore(chatsStore, (s) => s.live);
  const shown = useStore(navStore, (s) => s.route.view === 'inbox');
  const git = useStore(gitStore, (s) => s.questions);
  const count = useMemo(() => inboxCount(live?.values() ?? [], git), [live, git]);
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

/** What the tree shows may be old. */
function Lost() {
  const lost = useStore(chatsStore, (s) => s.lost);
  if (!lost) return null;
  return (
    <p className="side-lost">
      <Unplug className="i s" aria-hidden="true" />
      Not up to date. Reconnecting…
    </p>
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
      <Today />
      <IconButton label="Settings" onClick={() => showSettings()}>
        <SettingsIcon className="i" aria-hidden="true" />
      </IconButton>
    </div>
  );
}

/** Nothing where nothing was spent: a local model costs none. */
function Today() {
  const today = useStore(usageStore, (s) => s.now?.today ?? null);
  if (today === null || (today.micros === 0 && today.unpriced === 0)) return <span className="end" />;
  const words = `${costWords(today)} today`;
  return (
    <button
      type="button"
      className="foot-button end num"
      title={unpricedWords(today) || 'What was spent today'}
      onClick={() => showSettings('usage')}
    >
      {words}
    </button>
  );
}

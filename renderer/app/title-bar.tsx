import type { ChatSummary } from '@shared/model/chat.ts';
import type { WorkspaceSummary } from '@shared/model/workspace.ts';
import {
  Archive,
  ArchiveRestore,
  ArrowLeft,
  Bell,
  BellOff,
  Columns2,
  Folder,
  Menu as MenuIcon,
  Moon,
  PanelRight,
  Server,
  Sun,
} from 'lucide-react';
import { useEffect } from 'react';
import { useStore } from 'zustand';
import { appStore, setSettings } from '../state/app.ts';
import { archiveChat, chatsStore, findChat } from '../state/chats.ts';
import { openDoctor } from '../state/doctor.ts';
import { gitStore } from '../state/git.ts';
import { hostsStore } from '../state/hosts.ts';
import { inspectorStore, isShown, ROOMY, toggleInspector } from '../state/inspector.ts';
import { useShortcut } from '../state/keymap.ts';
import { navStore, openChat, openNew, PANE_TITLES, setDrawer, toggleBeside } from '../state/nav.ts';
import { placeLook } from '../state/workspace-status.ts';
import { workspacesStore } from '../state/workspaces.ts';
import { IconButton } from '../ui/button.tsx';
import { StateMark } from '../ui/state-mark.tsx';
import { useMedia } from '../ui/use-media.ts';
import { GitChips } from './git-chips.tsx';

export function TitleBar() {
  const chatId = useStore(navStore, (s) => (s.route.view === 'chat' ? s.route.chatId : null));
  const chat = useStore(chatsStore, (s) => (chatId ? findChat(s, chatId) : null));
  const parent = useStore(chatsStore, (s) =>
    chat?.parent_chat_id ? findChat(s, chat.parent_chat_id) : null,
  );
  const view = useStore(navStore, (s) => s.route.view);
  const drawer = useStore(navStore, (s) => s.drawer);
  const workspaceId = useStore(navStore, (s) => (s.route.view === 'new' ? s.route.workspaceId : null));
  const place = useStore(workspacesStore, (s) =>
    s.list?.find((w) => w.id === (view === 'chat' ? chat?.workspace_id : workspaceId)),
  );
  const chatWaits = useStore(chatsStore, (s) => [...(s.live?.values() ?? [])].some((c) => c.asks > 0));
  const hostWaits = useStore(hostsStore, (s) => s.questions.length > 0);
  const gitWaits = useStore(gitStore, (s) => s.questions.length > 0);
  const waits = chatWaits || hostWaits || gitWaits;
  const title = view === 'chat' ? (chat?.title ?? '') : PANE_TITLES[view];
  useEffect(() => {
    document.title = title === '' ? 'Gaffer' : `${title} · Gaffer`;
  }, [title]);
  return (
    <header className="title">
      <div className="brand">
        <IconButton
          label="Chats"
          className={`burger ${waits ? 'waits' : ''}`}
          title={waits ? 'Chats · something waits for you' : 'Chats'}
          aria-expanded={drawer}
          onClick={() => setDrawer(!drawer)}
        >
          <MenuIcon className="i" aria-hidden="true" />
        </IconButton>
        <i aria-hidden="true" />
        <span>Gaffer</span>
      </div>
      <div className="crumbs">
        {parent && <BackTo parent={parent} />}
        <h1 title={title}>{title}</h1>
        {place && (view === 'chat' || view === 'new') && (
          <>
            <PlaceChip place={place} />
            <GitChips chatId={view === 'chat' ? chatId : null} branch={place.branch} />
          </>
        )}
      </div>
      <div className="tools">
        {view === 'chat' && chat?.parent_chat_id === null && <ArchiveButton chat={chat} />}
        <BellButton />
        <ThemeButton />
        <BesideButton />
        {view !== 'inbox' && <InspectorButton />}
      </div>
    </header>
  );
}

/** The way from an agent back to the chat that started it. */
function BackTo({ parent }: { readonly parent: ChatSummary }) {
  return (
    <>
      <button
        type="button"
        className="back"
        aria-label={`Back to “${parent.title}”`}
        title={parent.title}
        onClick={() => openChat(parent.id)}
      >
        <ArrowLeft className="i s" aria-hidden="true" />
        <span className="chip-text">{parent.title}</span>
      </button>
      <span className="faint" aria-hidden="true">
        /
      </span>
    </>
  );
}

function PlaceChip({ place }: { readonly place: WorkspaceSummary }) {
  const Icon = place.hostId !== null ? Server : Folder;
  const look = placeLook(place);
  const problem = place.link.state === 'down' ? `\n${place.link.message}` : '';
  const title = `${place.host}:${place.directory}${problem}`;
  const content = (
    <>
      <Icon className="i s" aria-hidden="true" />
      {place.name} · <i className={`link ${place.link.state}`} />
      {place.host}
      {look.words !== '' && (
        <span className={`place-state ${look.tone}`}>
          {look.glyph !== 'link' && <StateMark glyph={look.glyph} link={place.link.state} />}
          {look.words}
        </span>
      )}
    </>
  );
  if (place.hostId === null) {
    return (
      <span className="chip" title={title}>
        {content}
      </span>
    );
  }
  return (
    <button
      type="button"
      className="chip"
      title={`${title}\nOpens the connection doctor`}
      onClick={() => openDoctor(place.host)}
    >
      {content}
    </button>
  );
}

function ArchiveButton({ chat }: { readonly chat: ChatSummary }) {
  if (chat.archived) {
    return (
      <IconButton label="Restore chat" onClick={() => void archiveChat(chat, false)}>
        <ArchiveRestore className="i" aria-hidden="true" />
      </IconButton>
    );
  }
  const archive = async () => {
    if (await archiveChat(chat, true)) openNew(chat.workspace_id);
  };
  return (
    <IconButton label="Archive chat" onClick={() => void archive()}>
      <Archive className="i" aria-hidden="true" />
    </IconButton>
  );
}

function BellButton() {
  const on = useStore(appStore, (s) => s.settings.notifications);
  const switching = useStore(appStore, (s) => s.switching);
  const Icon = on ? Bell : BellOff;
  return (
    <IconButton
      label="Notifications"
      title={on ? 'Notifications are on' : 'Notifications are off'}
      aria-pressed={on}
      aria-busy={switching}
      className={on ? '' : 'muted'}
      onClick={() => void setSettings({ notifications: !on })}
    >
      <Icon className="i" aria-hidden="true" />
    </IconButton>
  );
}

function ThemeButton() {
  const theme = useStore(appStore, (s) => s.settings.theme);
  const light =
    theme === 'light' || (theme === 'system' && document.documentElement.dataset['theme'] === 'light');
  return (
    <IconButton
      label={light ? 'Dark theme' : 'Light theme'}
      onClick={() => void setSettings({ theme: light ? 'dark' : 'light' })}
    >
      {light ? <Moon className="i" aria-hidden="true" /> : <Sun className="i" aria-hidden="true" />}
    </IconButton>
  );
}

function BesideButton() {
  const split = useStore(navStore, (s) => s.beside !== null);
  const { text: keys, aria } = useShortcut('view.beside');
  return (
    <IconButton
      label="Two chats side by side"
      title={['Two chats side by side', keys].filter(Boolean).join(' · ')}
      aria-keyshortcuts={aria}
      aria-pressed={split}
      className={split ? 'on' : ''}
      onClick={toggleBeside}
    >
      <Columns2 className="i" aria-hidden="true" />
    </IconButton>
  );
}

function InspectorButton() {
  const roomy = useMedia(ROOMY);
  const shown = useStore(inspectorStore, (s) => isShown(s, roomy));
  const { text: keys, aria } = useShortcut('view.inspector');
  return (
    <IconButton
      label="Toggle inspector"
      title={['Inspector', keys].filter(Boolean).join(' · ')}
      aria-keyshortcuts={aria}
      aria-pressed={shown}
      className={shown ? 'on' : ''}
      onClick={toggleInspector}
    >
      <PanelRight className="i" aria-hidden="true" />
    </IconButton>
  );
}

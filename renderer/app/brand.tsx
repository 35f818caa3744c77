import { ArrowLeft, ArrowRight, Menu as MenuIcon } from 'lucide-react';
import { useStore } from 'zustand';
import { chatsStore } from '../state/chats.ts';
import { gitStore } from '../state/git.ts';
import { hostsStore } from '../state/hosts.ts';
import { waitingChats } from '../state/inbox.ts';
import { useShortcut } from '../state/keymap.ts';
import { goBack, goForward, navStore } from '../state/nav.ts';
import { toggleSidebar } from '../state/sidebar.ts';
import { IconButton } from '../ui/button.tsx';

/** The left end of the title bar, above the sidebar. */
export function Brand() {
  return (
    <div className="brand">
      <Burger />
      <i aria-hidden="true" />
      <span>Gaffer</span>
      <Ways />
    </div>
  );
}

/** Where the sidebar is a drawer, or hidden. */
function Burger() {
  const drawer = useStore(navStore, (s) => s.drawer);
  const { text, aria } = useShortcut('view.sidebar');
  const chatWaits = useStore(chatsStore, (s) => waitingChats(s.live?.values() ?? []).length > 0);
  const hostWaits = useStore(hostsStore, (s) => s.questions.length > 0);
  const gitWaits = useStore(gitStore, (s) => s.questions.length > 0);
  const waits = chatWaits || hostWaits || gitWaits;
  return (
    <IconButton
      label="Chats"
      className={`burger ${waits ? 'waits' : ''}`}
      title={['Chats', waits ? 'something waits for you' : '', text].filter(Boolean).join(' · ')}
      aria-keyshortcuts={aria}
      aria-expanded={drawer}
      onClick={toggleSidebar}
    >
      <MenuIcon className="i" aria-hidden="true" />
    </IconButton>
  );
}

/** Along the places where the person was. */
function Ways() {
  const canBack = useStore(navStore, (s) => s.history.past.length > 0);
  const canForward = useStore(navStore, (s) => s.history.future.length > 0);
  const back = useShortcut('go.back');
  const forward = useShortcut('go.forward');
  return (
    <div className="ways">
      <IconButton
        label="Back"
        title={['Back', back.text].filter(Boolean).join(' · ')}
        aria-keyshortcuts={back.aria}
        disabled={!canBack}
        onClick={goBack}
      >
        <ArrowLeft className="i" aria-hidden="true" />
      </IconButton>
      <IconButton
        label="Forward"
        title={['Forward', forward.text].filter(Boolean).join(' · ')}
        aria-keyshortcuts={forward.aria}
        disabled={!canForward}
        onClick={goForward}
      >
        <ArrowRight className="i" aria-hidden="true" />
      </IconButton>
    </div>
  );
}

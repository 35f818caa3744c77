import {
  Archive,
  ArrowDown,
  ArrowLeft,
  ArrowRight,
  ArrowUp,
  BellDot,
  Command as CommandIcon,
  CornerLeftUp,
  Inbox,
  Search,
  TextSearch,
} from 'lucide-react';
import { chatsStore, showArchived } from '../chats.ts';
import { canGoBack, canGoForward, goBack, goForward, openChat, openInbox, openSearch } from '../nav.ts';
import { nextUnread } from '../next-unread.ts';
import { showOverlay } from '../overlay.ts';
import { searchStore } from '../search.ts';
import { showSidebar } from '../sidebar.ts';
import { focusSearch, stepChat } from '../wishes.ts';
import { defineCommands, type Now } from './command.ts';

const unreadOf = ({ route }: Now) =>
  nextUnread(chatsStore.getState().live?.values() ?? [], route.view === 'chat' ? route.chatId : null);

export const goCommands = defineCommands({
  'go.palette': {
    title: 'Command palette',
    words: 'find open chat',
    section: 'Go',
    icon: CommandIcon,
    keys: ['Mod+K'],
    over: 'settings',
    run: () => showOverlay({ kind: 'palette', text: '' }),
  },
  'go.commands': {
    title: 'Run a command',
    section: 'Go',
    icon: CommandIcon,
    keys: ['Mod+Shift+P'],
    over: 'settings',
    run: () => showOverlay({ kind: 'palette', text: '>' }),
  },
  'go.search': {
    title: 'Search',
    words: 'find filter chats',
    section: 'Go',
    icon: Search,
    keys: ['Mod+Shift+F'],
    run: () => {
      showSidebar();
      // When it is there: what is hidden takes no focus.
      requestAnimationFrame(() => focusSearch.make());
    },
  },
  'go.messages': {
    title: 'Search all messages',
    words: 'find history text output',
    section: 'Go',
    icon: TextSearch,
    when: ({ route }) => route.view !== 'search',
    run: () => openSearch(searchStore.getState().text),
  },
  'go.back': {
    title: 'Back',
    words: 'history previous',
    section: 'Go',
    icon: ArrowLeft,
    keys: ['Alt+Left'],
    macKeys: ['Mod+['],
    when: canGoBack,
    run: goBack,
  },
  'go.forward': {
    title: 'Forward',
    words: 'history next',
    section: 'Go',
    icon: ArrowRight,
    keys: ['Alt+Right'],
    macKeys: ['Mod+]'],
    when: canGoForward,
    run: goForward,
  },
  'go.inbox': {
    title: 'Open inbox',
    words: 'approvals questions waiting',
    section: 'Go',
    icon: Inbox,
    keys: ['Mod+J'],
    when: ({ route }) => route.view !== 'inbox',
    run: openInbox,
  },
  'go.nextChat': {
    title: 'Next chat',
    words: 'below down switch',
    section: 'Go',
    icon: ArrowDown,
    keys: ['Mod+Tab', 'Mod+PageDown'],
    macKeys: ['Ctrl+Tab', 'Mod+Alt+Down'],
    when: () => stepChat.isHeard(),
    run: () => stepChat.make(1),
  },
  'go.previousChat': {
    title: 'Previous chat',
    words: 'above up switch',
    section: 'Go',
    icon: ArrowUp,
    keys: ['Mod+Shift+Tab', 'Mod+PageUp'],
    macKeys: ['Ctrl+Shift+Tab', 'Mod+Alt+Up'],
    when: () => stepChat.isHeard(),
    run: () => stepChat.make(-1),
  },
  'go.nextUnread': {
    title: 'Next chat that waits for you',
    words: 'unread finished attention',
    section: 'Go',
    icon: BellDot,
    keys: ['Mod+U'],
    when: (now) => unreadOf(now) !== null,
    run: (now) => {
      const next = unreadOf(now);
      if (next) openChat(next.id);
    },
  },
  'go.parent': {
    title: 'Back to the chat that started this agent',
    words: 'parent up',
    section: 'Go',
    icon: CornerLeftUp,
    when: ({ chat }) => (chat?.parent_chat_id ?? null) !== null,
    run: ({ chat }) => {
      if (chat?.parent_chat_id) openChat(chat.parent_chat_id);
    },
  },
  'go.archived': {
    title: 'Show or hide archived chats',
    words: 'archive done old',
    section: 'Go',
    icon: Archive,
    run: () => {
      showSidebar();
      showArchived(!chatsStore.getState().showArchived);
    },
  },
});

import {
  AppWindow,
  Archive,
  ArchiveRestore,
  ArrowDown,
  ArrowDownToLine,
  ArrowUpToLine,
  ChevronsDownUp,
  Copy,
  Eraser,
  FileOutput,
  GitFork,
  Link,
  PenLine,
  Pin,
  RefreshCw,
  Square,
  SquarePen,
  SquarePlus,
  TextCursorInput,
  TextSearch,
} from 'lucide-react';
import { lastAnswer } from '../../lib/last-answer.ts';
import { newWindow } from '../app.ts';
import { archiveChat, chatLink, LAST_PIN, pinChat, regenerateTitle } from '../chats.ts';
import { clearContext, compactContext } from '../context.ts';
import { forkWhole } from '../fork.ts';
import { focusMessage, openNew } from '../nav.ts';
import { newChatHere } from '../new-chat.ts';
import { stopTree } from '../stop.ts';
import { announce } from '../toasts.ts';
import { askExport } from '../transfer.ts';
import { editTitle, findInChat, jumpToLatest, stepMessage } from '../wishes.ts';
import { workspacesStore } from '../workspaces.ts';
import { defineCommands, type Now } from './command.ts';

/** An agent is archived with the chat that started it. */
const isRoot = ({ chat }: Now) => chat !== null && chat.parent_chat_id === null;

/** The context can be cut while nothing runs. */
const canCut = ({ chat, busy }: Now) => chat !== null && !chat.archived && !busy;

async function copy(text: string, what: string): Promise<void> {
  await navigator.clipboard.writeText(text);
  announce(`${what} copied`);
}

async function archive({ chat }: Now): Promise<void> {
  if (chat && (await archiveChat(chat, true))) openNew(chat.workspace_id);
}

export const chatCommands = defineCommands({
  'chat.new': {
    title: 'New chat',
    titleNow: ({ place }) => (place ? `New chat in ${place.name}` : 'New chat'),
    words: 'start here',
    section: 'Chat',
    icon: SquarePen,
    keys: ['Mod+N'],
    run: newChatHere,
  },
  'chat.newElsewhere': {
    title: 'New chat in the workspace used last',
    section: 'Chat',
    icon: SquarePlus,
    when: ({ place }) => place !== null && place.id !== workspacesStore.getState().list?.[0]?.id,
    run: () => openNew(),
  },
  'chat.export': {
    title: 'Export chat…',
    words: 'save markdown html json',
    section: 'Chat',
    icon: FileOutput,
    when: ({ chat }) => chat !== null,
    run: ({ chat }) => askExport(chat),
  },
  'chat.rename': {
    title: 'Rename chat',
    words: 'title name',
    section: 'Chat',
    icon: PenLine,
    keys: ['F2'],
    when: ({ chat }) => chat !== null && editTitle.isHeard(),
    run: () => editTitle.make(),
  },
  'chat.regenerateTitle': {
    title: 'Regenerate title',
    words: 'rename name',
    section: 'Chat',
    icon: RefreshCw,
    when: ({ chat }) => chat !== null,
    run: ({ chat }) => {
      if (chat) void regenerateTitle(chat.id);
    },
  },
  'chat.archive': {
    title: 'Archive chat',
    words: 'close done remove',
    section: 'Chat',
    icon: Archive,
    keys: ['Mod+Shift+A'],
    when: (now) => isRoot(now) && now.chat?.archived === false,
    run: (now) => void archive(now),
  },
  'chat.restore': {
    title: 'Restore chat',
    words: 'unarchive',
    section: 'Chat',
    icon: ArchiveRestore,
    when: (now) => isRoot(now) && now.chat?.archived === true,
    run: ({ chat }) => {
      if (chat) void archiveChat(chat, false);
    },
  },
  'chat.newWindow': {
    title: 'Open in new window',
    titleNow: ({ chat }) => (chat ? 'Open this chat in a new window' : 'New window'),
    section: 'Chat',
    icon: AppWindow,
    keys: ['Mod+Shift+N'],
    run: () => void newWindow(),
  },
  'chat.copyTitle': {
    title: 'Copy title',
    section: 'Chat',
    icon: Copy,
    when: ({ chat }) => chat !== null,
    run: ({ chat }) => void copy(chat?.title ?? '', 'Title'),
  },
  'chat.copyLink': {
    title: 'Copy link to chat',
    words: 'address url',
    section: 'Chat',
    icon: Link,
    when: ({ chat }) => chat !== null,
    run: ({ chat }) => {
      if (chat) void copy(chatLink(chat.id), 'Link');
    },
  },
  'chat.copyAnswer': {
    title: 'Copy last answer',
    words: 'message clipboard',
    section: 'Chat',
    icon: Copy,
    when: ({ session }) => lastAnswer(session?.store.getState().view?.messages ?? []) !== '',
    run: ({ session }) =>
      void copy(lastAnswer(session?.store.getState().view?.messages ?? []), 'Last answer'),
  },
  'chat.stop': {
    title: 'Stop',
    titleNow: ({ session }) =>
      (session?.store.getState().view?.agents.length ?? 0) > 0 ? 'Stop chat and agents' : 'Stop chat',
    words: 'interrupt cancel',
    section: 'Chat',
    icon: Square,
    keys: ['Mod+.'],
    when: ({ busy }) => busy,
    run: ({ session }) => {
      if (session) void stopTree(session);
    },
  },
  'chat.compact': {
    title: 'Compact context',
    words: 'summarize tokens',
    section: 'Chat',
    icon: ChevronsDownUp,
    when: canCut,
    run: ({ chat }) => {
      if (chat) void compactContext(chat.id);
    },
  },
  'chat.clear': {
    title: 'Clear context',
    words: 'fresh reset tokens',
    section: 'Chat',
    icon: Eraser,
    when: canCut,
    run: ({ chat }) => {
      if (chat) void clearContext(chat.id);
    },
  },
  'chat.focusMessage': {
    title: 'Go to the message box',
    words: 'focus write composer',
    section: 'Chat',
    icon: TextCursorInput,
    keys: ['Mod+L'],
    when: ({ route }) => route.view === 'chat' || route.view === 'new',
    run: focusMessage,
  },
  'chat.previousMessage': {
    title: 'Previous message of yours',
    words: 'jump up question',
    section: 'Chat',
    icon: ArrowUpToLine,
    keys: ['Alt+Up'],
    macKeys: ['Mod+Alt+Shift+Up'],
    when: () => stepMessage.isHeard(),
    run: () => stepMessage.make(-1),
  },
  'chat.nextMessage': {
    title: 'Next message of yours',
    words: 'jump down question',
    section: 'Chat',
    icon: ArrowDown,
    keys: ['Alt+Down'],
    macKeys: ['Mod+Alt+Shift+Down'],
    when: () => stepMessage.isHeard(),
    run: () => stepMessage.make(1),
  },
  'chat.pin': {
    title: 'Pin or unpin chat',
    titleNow: ({ chat }) => ((chat?.pin_order ?? 0) > 0 ? 'Unpin chat' : 'Pin chat'),
    words: 'favourite favorite top keep',
    section: 'Chat',
    icon: Pin,
    when: (now) => isRoot(now) && now.chat?.archived === false,
    run: ({ chat }) => {
      if (chat) void pinChat(chat.id, chat.pin_order > 0 ? null : LAST_PIN);
    },
  },
  'chat.fork': {
    title: 'Fork chat',
    words: 'branch copy duplicate',
    section: 'Chat',
    icon: GitFork,
    when: ({ chat }) => chat !== null,
    run: ({ chat }) => {
      if (chat) void forkWhole(chat.id);
    },
  },
  'chat.find': {
    title: 'Find in chat',
    words: 'search look for text',
    section: 'Chat',
    icon: TextSearch,
    keys: ['Mod+F'],
    when: ({ route }) => route.view === 'chat',
    run: ({ route }) => {
      if (route.view === 'chat') findInChat.makeSoon(route.chatId);
    },
  },
  'chat.latest': {
    title: 'Jump to latest',
    words: 'bottom end newest',
    section: 'Chat',
    icon: ArrowDownToLine,
    keys: ['Alt+End'],
    macKeys: ['Mod+Alt+End'],
    when: () => jumpToLatest.isHeard(),
    run: () => jumpToLatest.make(),
  },
});

import type { ChatSummary } from '@shared/model/chat.ts';
import type { ChatId } from '@shared/model/ids.ts';
import type { WatchEvent } from '@shared/model/stream.ts';
import { never } from '@shared/util/never.ts';
import { createStore } from 'zustand/vanilla';
import { call, watchFeed } from '../lib/bridge.ts';
import { plural } from '../lib/format.ts';
import { loadStatuses, refreshStatus } from './git.ts';
import { forgetChat, navStore, openChat } from './nav.ts';
import { isBusy } from './stop.ts';
import { toast } from './toasts.ts';

export type ChatMap = ReadonlyMap<ChatId, ChatSummary>;

export interface Chats {
  /** Null until the first list arrived. */
  readonly live: ChatMap | null;
  /** Only while the archive is shown. */
  readonly archived: ChatMap | null;
  readonly showArchived: boolean;
  readonly lost: boolean;
}

export const chatsStore = createStore<Chats>(() => ({
  live: null,
  archived: null,
  showArchived: false,
  lost: false,
}));

/** Merge rules of CHATD 4.9: an older picture of a chat never overwrites a newer one. */
export function foldWatch(map: ChatMap | null, event: WatchEvent): ChatMap {
  if (event.kind === 'list') return new Map(event.chats.map((c) => [c.id, c]));
  const next = new Map(map ?? []);
  const { chat } = event;
  if (event.kind === 'deleted') {
    for (const c of next.values()) if (c.id === chat.id || c.root_chat_id === chat.id) next.delete(c.id);
    return next;
  }
  const old = next.get(chat.id);
  if (!old) return next.set(chat.id, chat);
  return next.set(chat.id, merge(old, chat, event.kind));
}

function merge(old: ChatSummary, chat: ChatSummary, kind: Exclude<WatchEvent['kind'], 'list' | 'deleted'>) {
  const updated_at = old.updated_at > chat.updated_at ? old.updated_at : chat.updated_at;
  switch (kind) {
    case 'created':
    case 'change':
    // Main joins what happened within a moment into one event: a question may have brought a title with it.
    case 'action_required':
      return chat.snapshot_version < old.snapshot_version
        ? { ...old, updated_at }
        : { ...chat, updated_at };
    case 'title_change':
      // And a title may have brought a new state: whatever is newer is taken whole.
      if (chat.snapshot_version > old.snapshot_version) return { ...chat, updated_at };
      return { ...old, title: chat.title, workspace_id: chat.workspace_id, updated_at };
    case 'diff_status_change':
      // Says nothing else: what of the chat is newer comes with an event of its own.
      return { ...old, workspace_id: chat.workspace_id, updated_at };
    case 'status_change':
      if (chat.snapshot_version < old.snapshot_version) return { ...old, updated_at };
      return { ...chat, title: old.title, updated_at };
    default:
      return never(kind);
  }
}

export function startChats(): void {
  watchFeed(
    'chats.watch',
    { archived: false },
    { onEvents: takeEvents, onEnd: () => chatsStore.setState({ lost: true }) },
  );
}

/** Of the chats that are not archived. */
export function takeEvents(events: readonly WatchEvent[]): void {
  const before = chatsStore.getState().live;
  const live = events.reduce<ChatMap | null>(foldWatch, before);
  chatsStore.setState({ lost: false, live });
  followGit(events);
  for (const id of before?.keys() ?? []) if (!live?.has(id)) forgetChat(id);
}

/** A list begins everything anew; the events say of which chat there is something to ask for. */
function followGit(events: readonly WatchEvent[]): void {
  if (events.some(({ kind }) => kind === 'list')) void loadStatuses();
  for (const event of events) if (event.kind === 'diff_status_change') void refreshStatus(event.chat.id);
}

let archiveFeed: { close(): void } | null = null;

export function showArchived(showArchived: boolean): void {
  archiveFeed?.close();
  archiveFeed = null;
  chatsStore.setState({ showArchived, archived: null });
  if (!showArchived) return;
  archiveFeed = watchFeed(
    'chats.watch',
    { archived: true },
    {
      onEvents: (events) =>
        chatsStore.setState((s) => ({ archived: events.reduce<ChatMap | null>(foldWatch, s.archived) })),
    },
  );
}

export function findChat(s: Chats, id: ChatId): ChatSummary | null {
  return s.live?.get(id) ?? s.archived?.get(id) ?? null;
}

export async function renameChat(chatId: ChatId, title: string): Promise<void> {
  const answer = await call('chat.rename', { chatId, title });
  if (!answer.ok) toast(answer.error.message);
}

/** The model names the chat again, whatever it is called now. */
export async function regenerateTitle(chatId: ChatId): Promise<void> {
  const answer = await call('chat.regenerateTitle', { chatId });
  if (!answer.ok) toast(answer.error.message);
}

/** Leads to the chat, on this computer. */
export function chatLink(chatId: ChatId): string {
  return `gaffer://chat/${chatId}`;
}

/** Behind all that are pinned. */
export const LAST_PIN = 10_000;

/** Among the pinned chats, from 1; null: not any more. */
export async function pinChat(chatId: ChatId, at: number | null): Promise<void> {
  const answer = await call('chat.pin', { chatId, at });
  if (!answer.ok) toast(answer.error.message);
}

/** Archives the chat and its agents with a way back; a chat that is archived comes back to the tree with them. */
export async function archiveChat(chat: ChatSummary, archived: boolean): Promise<boolean> {
  const agents = agentsOf(chat);
  const wasOpen = isOpen(chat.id);
  if (!(await setArchived(chat, archived))) return false;
  const words = agents > 0 ? ` and ${plural(agents, 'agent')}` : '';
  if (archived) toast(`Archived “${chat.title}”${words}`, () => void bringBack(chat, wasOpen));
  return true;
}

/** All together, or back again: one line says it, and one Undo takes back all that went. */
export async function archiveChats(chats: readonly ChatSummary[]): Promise<void> {
  const archived = chats.some((chat) => !chat.archived);
  const agents = chats.reduce((n, chat) => n + agentsOf(chat), 0);
  const went: ChatSummary[] = [];
  for (const chat of chats)
    if (chat.archived !== archived && (await setArchived(chat, archived))) went.push(chat);
  if (went.length === 0 || !archived) return;
  const words = agents > 0 ? ` and ${plural(agents, 'agent')}` : '';
  const undo = async () => {
    for (const chat of went) await setArchived(chat, false);
  };
  toast(`Archived ${plural(went.length, 'chat')}${words}`, () => void undo());
}

function agentsOf(chat: ChatSummary): number {
  return Math.max(0, familyOf(chatsStore.getState(), chat.id).length - 1);
}

/** Says what went wrong, if anything. */
async function setArchived(chat: ChatSummary, archived: boolean): Promise<boolean> {
  if (archived && !(await comeToRest(chat.id))) {
    toast(`“${chat.title}” did not stop, so it was not archived.`);
    return false;
  }
  const answer = await call('chat.archive', { chatId: chat.id, archived });
  if (!answer.ok) toast(answer.error.message);
  return answer.ok;
}

/** Who had the chat in view sees it again, unless they have gone elsewhere since. */
async function bringBack(chat: ChatSummary, wasOpen: boolean): Promise<void> {
  const back = await archiveChat(chat, false);
  if (back && wasOpen && navStore.getState().route.view === 'new') openChat(chat.id);
}

function isOpen(chatId: ChatId): boolean {
  const { route } = navStore.getState();
  return route.view === 'chat' && route.chatId === chatId;
}

function familyOf({ live }: Chats, root: ChatId): readonly ChatSummary[] {
  return [...(live?.values() ?? [])].filter((c) => c.id === root || c.root_chat_id === root);
}

const REST_WITHIN_MS = 15_000;

/** Only what rests can be archived: what still works is stopped first. False: it did not come to rest in time. */
async function comeToRest(root: ChatId): Promise<boolean> {
  const busy = () => familyOf(chatsStore.getState(), root).some((c) => isBusy(c.status));
  if (!busy()) return true;
  await call('chat.interruptTree', { chatId: root });
  return new Promise((resolve) => {
    const end = (rests: boolean) => {
      clearTimeout(late);
      stop();
      resolve(rests);
    };
    const late = setTimeout(() => end(false), REST_WITHIN_MS);
    const stop = chatsStore.subscribe(() => {
      if (!busy()) end(true);
    });
    if (!busy()) end(true);
  });
}

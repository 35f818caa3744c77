import type { ChatId, WorkspaceId } from '@shared/model/ids.ts';
import { createStore } from 'zustand/vanilla';
import {
  type History,
  NO_HISTORY,
  type Step,
  visited,
  wentBack,
  wentForward,
  without,
} from '../lib/route-history.ts';

/** What a pane shows. */
export type Route =
  /** `nowhere`: the agent shall make its place; otherwise null is the one that was used last. */
  | { readonly view: 'new'; readonly workspaceId: WorkspaceId | null; readonly nowhere?: boolean }
  | { readonly view: 'chat'; readonly chatId: ChatId; readonly messageId: number | null }
  | { readonly view: 'inbox' }
  | { readonly view: 'search'; readonly text: string }
  /** The other side, before a chat was chosen for it. */
  | { readonly view: 'choose' };

/** What a pane without a chat is called. */
export const PANE_TITLES = {
  new: 'New chat',
  inbox: 'Inbox',
  search: 'Search',
  choose: 'Choose a chat',
} as const;

export type Side = 'left' | 'right';

/** The parts of the settings, in their order. */
export const SETTINGS_PARTS = [
  'general',
  'keyboard',
  'accounts',
  'models',
  'usage',
  'approvals',
  'git',
  'hosts',
  'templates',
  'backups',
] as const;
export type SettingsPart = (typeof SETTINGS_PARTS)[number];

export interface Nav {
  /** Of the pane that has the person's attention: the title bar, the inspector and all keys are about it. */
  readonly route: Route;
  /** Of the other pane, when two stand side by side. */
  readonly beside: Route | null;
  /** Where `route` stands; alone it is the left. */
  readonly side: Side;
  readonly history: History<Route>;
  readonly drawer: boolean;
  /** Null: they are closed. */
  readonly settings: SettingsPart | null;
  /** Counts up when the message box should take the focus. */
  readonly focusTick: number;
}

export const navStore = createStore<Nav>(() => ({
  route: { view: 'new', workspaceId: null },
  beside: null,
  side: 'left',
  history: NO_HISTORY,
  drawer: false,
  settings: null,
  focusTick: 0,
}));

/** Shows it where the attention is; what the other pane shows already is turned to there. */
function go(route: Route): void {
  navStore.setState((s) => ({
    ...arrived(s, route),
    // Choosing another row of a chat, or where a new one works, leaves nothing to come back to.
    history: s.route.view === 'choose' || isSame(s.route, route) ? s.history : visited(s.history, s.route),
  }));
}

function arrived(s: Nav, route: Route): Partial<Nav> {
  return {
    ...(s.beside && isSame(s.beside, route) ? swapped(s) : {}),
    route,
    drawer: false,
    settings: null,
    focusTick: s.focusTick + 1,
  };
}

/** One chat, one draft of a new one, one inbox: none stands twice in a window. */
function isSame(a: Route, b: Route): boolean {
  return a.view === b.view && (a.view !== 'chat' || b.view !== 'chat' || a.chatId === b.chatId);
}

function swapped(s: Nav): Pick<Nav, 'route' | 'beside' | 'side'> {
  const { route, beside, side } = s;
  return beside ? { route: beside, beside: route, side: side === 'left' ? 'right' : 'left' } : s;
}

export function openChat(chatId: ChatId, messageId: number | null = null): void {
  go({ view: 'chat', chatId, messageId });
}

export function openNew(workspaceId: WorkspaceId | null = null): void {
  go({ view: 'new', workspaceId });
}

/** What the window opens with replaces what it showed while it did not know yet; what was opened over it stays. */
export function openFirst(route: Route, split: Pick<Nav, 'beside' | 'side'> | null = null): void {
  navStore.setState((s) => ({
    ...arrived(s, route),
    ...(split && { beside: split.beside, side: split.side }),
    drawer: s.drawer,
    settings: s.settings,
  }));
}

export function canGoBack(): boolean {
  return navStore.getState().history.past.length > 0;
}

export function canGoForward(): boolean {
  return navStore.getState().history.future.length > 0;
}

export function goBack(): void {
  retrace(wentBack);
}

export function goForward(): void {
  retrace(wentForward);
}

function retrace(step: (history: History<Route>, from: Route) => Step<Route> | null): void {
  navStore.setState((s) => {
    const taken = step(s.history, s.route);
    if (!taken) return s;
    const { to, history } = taken;
    // Where the person was in a chat, the chat remembers by itself.
    return { ...arrived(s, to.view === 'chat' ? { ...to, messageId: null } : to), history };
  });
}

/** It is not there any more: nobody comes back to it. */
export function forgetChat(chatId: ChatId): void {
  navStore.setState(({ history }) => ({
    history: without(history, (route) => route.view === 'chat' && route.chatId === chatId),
  }));
}

/** In the other pane, which is made where there is none, and gets the attention. */
export function openBeside(chatId: ChatId): void {
  const { route } = navStore.getState();
  if (route.view === 'chat' && route.chatId === chatId) return;
  if (navStore.getState().beside) turnAside();
  else splitWith({ view: 'choose' });
  openChat(chatId);
}

/** Two panes; the new one, on the right, waits for a chat. Or one again: that with the attention. */
export function toggleBeside(): void {
  if (navStore.getState().beside) closePane('other');
  else splitWith({ view: 'choose' });
}

function splitWith(route: Route): void {
  navStore.setState((s) => ({ route, beside: s.route, side: 'right' }));
}

/** The attention goes to the other pane, if there is one, without the focus: it was pressed. */
export function attend(side: Side): void {
  navStore.setState((s) => (s.side === side ? s : swapped(s)));
}

/** The same by a key: its message box gets the focus. */
export function turnAside(): void {
  navStore.setState((s) => ({ ...swapped(s), focusTick: s.focusTick + 1 }));
}

export function closePane(which: 'this' | 'other'): void {
  navStore.setState((s) => ({
    route: which === 'this' && s.beside ? s.beside : s.route,
    beside: null,
    side: 'left',
    focusTick: s.focusTick + 1,
  }));
}

/** What each side shows; one pane alone is the left. */
export function routesOf({ route, beside, side }: Nav): Readonly<Record<Side, Route | null>> {
  return side === 'left' ? { left: route, right: beside } : { left: beside, right: route };
}

/** The chats that can be seen in this window. */
export function shownChats({ route, beside }: Nav): readonly ChatId[] {
  return [route, beside].flatMap((r) => (r?.view === 'chat' ? [r.chatId] : []));
}

/** The place of the chat that is about to be started. Null: the agent shall make its place. */
export function choosePlace(workspaceId: WorkspaceId | null): void {
  navStore.setState({ route: { view: 'new', workspaceId, nowhere: workspaceId === null } });
}

export function openInbox(): void {
  go({ view: 'inbox' });
}

export function openSearch(text: string): void {
  go({ view: 'search', text });
}

/** Another text in the search view: nothing to come back to. */
export function retypeSearch(text: string): void {
  navStore.setState(({ route }) => (route.view === 'search' ? { route: { view: 'search', text } } : {}));
}

export function showSettings(part: SettingsPart = 'general'): void {
  navStore.setState({ settings: part });
}

export function closeSettings(): void {
  navStore.setState({ settings: null });
}

export function setDrawer(drawer: boolean): void {
  navStore.setState({ drawer });
}

export function focusMessage(): void {
  navStore.setState((s) => ({ focusTick: s.focusTick + 1 }));
}

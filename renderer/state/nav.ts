import type { ChatId, WorkspaceId } from '@shared/model/ids.ts';
import { createStore } from 'zustand/vanilla';

/** What the main pane shows. */
export type Route =
  /** `nowhere`: the agent shall make its place; otherwise null is the one that was used last. */
  | { readonly view: 'new'; readonly workspaceId: WorkspaceId | null; readonly nowhere?: boolean }
  | { readonly view: 'chat'; readonly chatId: ChatId; readonly messageId: number | null }
  | { readonly view: 'inbox' };

/** The parts of the settings, in their order. */
export const SETTINGS_PARTS = ['general', 'accounts', 'approvals', 'git', 'hosts', 'templates'] as const;
export type SettingsPart = (typeof SETTINGS_PARTS)[number];

export interface Nav {
  readonly route: Route;
  readonly drawer: boolean;
  /** Null: they are closed. */
  readonly settings: SettingsPart | null;
  /** Counts up when the message box should take the focus. */
  readonly focusTick: number;
}

export const navStore = createStore<Nav>(() => ({
  route: { view: 'new', workspaceId: null },
  drawer: false,
  settings: null,
  focusTick: 0,
}));

export function openChat(chatId: ChatId, messageId: number | null = null): void {
  navStore.setState((s) => ({
    route: { view: 'chat', chatId, messageId },
    drawer: false,
    settings: null,
    focusTick: s.focusTick + 1,
  }));
}

export function openNew(workspaceId: WorkspaceId | null = null): void {
  navStore.setState((s) => ({
    route: { view: 'new', workspaceId },
    drawer: false,
    settings: null,
    focusTick: s.focusTick + 1,
  }));
}

/** The place of the chat that is about to be started. */
/** Null: the agent shall make its place. */
export function choosePlace(workspaceId: WorkspaceId | null): void {
  navStore.setState({ route: { view: 'new', workspaceId, nowhere: workspaceId === null } });
}

export function openInbox(): void {
  navStore.setState({ route: { view: 'inbox' }, drawer: false });
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

import type { ChatId, WorkspaceId } from '@shared/model/ids.ts';
import { createStore } from 'zustand/vanilla';

/** What the main pane shows. */
export type Route =
  /** `nowhere`: the agent shall make its place; otherwise null is the one that was used last. */
  | { readonly view: 'new'; readonly workspaceId: WorkspaceId | null; readonly nowhere?: boolean }
  | { readonly view: 'chat'; readonly chatId: ChatId; readonly messageId: number | null }
  | { readonly view: 'inbox' };

export interface Nav {
  readonly route: Route;
  readonly drawer: boolean;
  readonly settings: boolean;
  /** Counts up when the message box should take the focus. */
  readonly focusTick: number;
}

export const navStore = createStore<Nav>(() => ({
  route: { view: 'new', workspaceId: null },
  drawer: false,
  settings: false,
  focusTick: 0,
}));

export function openChat(chatId: ChatId, messageId: number | null = null): void {
  navStore.setState((s) => ({
    route: { view: 'chat', chatId, messageId },
    drawer: false,
    settings: false,
    focusTick: s.focusTick + 1,
  }));
}

export function openNew(workspaceId: WorkspaceId | null = null): void {
  navStore.setState((s) => ({
    route: { view: 'new', workspaceId },
    drawer: false,
    settings: false,
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

export function showSettings(settings: boolean): void {
  navStore.setState({ settings });
}

export function setDrawer(drawer: boolean): void {
  navStore.setState({ drawer });
}

export function focusMessage(): void {
  navStore.setState((s) => ({ focusTick: s.focusTick + 1 }));
}

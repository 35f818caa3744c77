import type { ChatId } from '@shared/model/ids.ts';
import { createStore } from 'zustand/vanilla';
import { navStore, openBeside, openChat, shownChats } from './nav.ts';

/** A part of a message that was looked for: its chat shows it, and marks the words. */
export interface Found {
  readonly chatId: ChatId;
  readonly messageId: number;
  readonly part: number;
  /** Which of the marks in that part is meant; null: all of them. */
  readonly nth: number | null;
  /** What was looked for. */
  readonly text: string;
  /** It is marked as long as its search is open; else until the reader does something. */
  readonly stays: boolean;
}

export const foundStore = createStore<{ readonly found: Found | null }>(() => ({ found: null }));

/** In the chat that is open: the focus stays where it is. */
export function point(found: Found | null): void {
  foundStore.setState({ found });
}

export function openFound(found: Omit<Found, 'stays' | 'nth'>, beside = false): void {
  const { chatId, messageId, part, text } = found;
  if (beside) openBeside(chatId);
  else openChat(chatId, messageId);
  point({ chatId, messageId, part, nth: null, text, stays: false });
}

export function placeKey({ messageId, part }: Pick<Found, 'messageId' | 'part'>): string {
  return `${messageId}.${part}`;
}

/** Until the window goes: what was found in a chat that is not seen any more is not marked when it is opened again. */
export function startFound(): void {
  navStore.subscribe((nav) => {
    const { found } = foundStore.getState();
    if (found && !shownChats(nav).includes(found.chatId)) point(null);
  });
}

import type { ChatId } from '@shared/model/ids.ts';
import { type Nav, navStore, type Route } from './nav.ts';

const KEY = 'gaffer.shown';

export type Shown = Pick<Nav, 'route' | 'beside' | 'side'>;

/** What an earlier window wrote; null: it showed no chat, or nothing can be made of it. */
export function readShown(text: string | null): Shown | null {
  try {
    const { chat, beside, side } = JSON.parse(text ?? '{}') as Readonly<Record<string, unknown>>;
    const route = chatRoute(chat);
    if (!route) return null;
    const other = chat === beside ? null : chatRoute(beside);
    return { route, beside: other, side: other && side === 'right' ? 'right' : 'left' };
  } catch {
    return null;
  }
}

function chatRoute(id: unknown): Route | null {
  return typeof id === 'string' && id !== ''
    ? { view: 'chat', chatId: id as ChatId, messageId: null }
    : null;
}

/** The chats that a window showed when Gaffer was quit. */
export function lastShown(): Shown | null {
  return readShown(localStorage.getItem(KEY));
}

export function writeShown({ route, beside, side }: Shown): string {
  return JSON.stringify({ chat: chatOf(route), beside: chatOf(beside), side });
}

function chatOf(route: Route | null): ChatId | null {
  return route?.view === 'chat' ? route.chatId : null;
}

/** From now on, for the next start. Of several windows the one that was used last counts. */
export function keepShown(): void {
  let kept = '';
  const keep = (nav: Nav) => {
    const now = writeShown(nav);
    if (now === kept) return;
    kept = now;
    localStorage.setItem(KEY, now);
  };
  keep(navStore.getState());
  navStore.subscribe(keep);
}

import type { MessageId } from './ids.ts';
import type { Message } from './message.ts';
import { type ChatView, WINDOW_ROWS } from './reducer.ts';

/** Rows that `chat.page` fetched from around one that was not held take the place of those held. */
export function showPage(held: ChatView, page: readonly Message[], atTail: boolean): ChatView {
  const { staged: _, ...view } = held;
  return { ...view, messages: page, atTail };
}

/**
 * Newer rows, fetched from behind `after`, put behind what is there; the oldest are let go. Too late a page is dropped:
 * see `prependPage`.
 */
export function appendPage(
  held: ChatView,
  after: MessageId,
  page: readonly Message[],
  atTail: boolean,
): ChatView {
  const { staged: _, ...view } = held;
  if (view.messages.at(-1)?.id !== after) return held;
  const messages = [...view.messages, ...page.filter((m) => m.id > after)];
  return { ...view, messages: messages.slice(-WINDOW_ROWS), atTail };
}

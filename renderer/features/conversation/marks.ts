import type { Message } from '@shared/model/message.ts';

/** A line between two rows. */
export type Mark =
  | { readonly kind: 'time'; readonly key: string; readonly at: string }
  /** The first row of another day. */
  | { readonly kind: 'day'; readonly key: string; readonly at: string }
  /** Not read when the chat was opened. */
  | { readonly kind: 'new'; readonly key: string }
  /** What stands above was said in the chat that this one was forked from. */
  | { readonly kind: 'forked'; readonly key: string };

/** What of the chat is marked between its rows. */
export interface Marks {
  /** The first row held is the first of all. */
  readonly isWhole: boolean;
  /** The last row held is the last of all. */
  readonly isTail: boolean;
  /** Rows behind it were not read when the chat was opened; null: all was read. */
  readonly readTo: number | null;
  /** Of a fork: when it was made. */
  readonly forkedAt: string | null;
}

export const NO_MARKS: Marks = { isWhole: true, isTail: true, readTo: null, forkedAt: null };

const PAUSE_MS = 60 * 60 * 1000;

/** What stands before each row, asked for in their order; `before` null: nothing older is held. */
export function marksBetween(messages: readonly Message[], marks: Marks) {
  const unread = firstUnread(messages, marks);
  return (before: Message | null, message: Message): readonly Mark[] => {
    const rows: Mark[] = [];
    const { id, created_at: at } = message;
    if (before && isCopy(before, marks) && !isCopy(message, marks))
      rows.push({ kind: 'forked', key: 'forked' });
    if (before ? !isSameDay(before, message) : beginsEarlier(messages, marks))
      rows.push({ kind: 'day', key: `day${id}`, at });
    else if (before && Date.parse(at) - Date.parse(before.created_at) > PAUSE_MS)
      rows.push({ kind: 'time', key: `at${id}`, at });
    if (message === unread) rows.push({ kind: 'new', key: 'new' });
    return rows;
  };
}

/** It was said in the chat that this one was forked from. */
export function isCopy(message: Message, { forkedAt }: Marks): boolean {
  return forkedAt !== null && Date.parse(message.created_at) <= Date.parse(forkedAt);
}

function isSameDay(a: Message, b: Message): boolean {
  return new Date(a.created_at).toDateString() === new Date(b.created_at).toDateString();
}

/** The beginning of a chat that went on for more than a day. */
function beginsEarlier(messages: readonly Message[], { isWhole }: Marks): boolean {
  const [first, last] = [messages[0], messages.at(-1)];
  return isWhole && first !== undefined && last !== undefined && !isSameDay(first, last);
}

/** The agent's: what the person says themselves is read. Where it is not held, nothing marks it. */
function firstUnread(messages: readonly Message[], { readTo, isWhole }: Marks): Message | null {
  if (readTo === null) return null;
  const isHeld = isWhole || messages.some((m) => m.id <= readTo);
  return (isHeld && messages.find((m) => m.id > readTo && m.role === 'assistant')) || null;
}

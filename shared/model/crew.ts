import type { ChatId } from './ids.ts';

/** What the system's own places show: how many chats work, and which wait for the person. */
export interface Crew {
  readonly running: number;
  readonly waiting: number;
  /** The first of those that wait, the longest first. */
  readonly asking: readonly { readonly chatId: ChatId; readonly title: string }[];
}

import type { ChatId, MessageId } from '../model/ids.ts';
import type { FoundKind } from './part-text.ts';
import type { Snippet } from './snippet.ts';

/** Where a result stands; newest first this is the order, too. */
export interface Place {
  readonly messageId: MessageId;
  readonly part: number;
}

/** And how often. */
export interface CountedPlace extends Place {
  readonly marks: number;
}

/** A part of a message that was found. */
export interface SearchHit extends Place {
  readonly chatId: ChatId;
  readonly title: string;
  readonly archived: boolean;
  /** Null: the chat has no place. */
  readonly workspace: string | null;
  readonly kind: FoundKind;
  /** When it was written. */
  readonly at: string;
  readonly snippet: Snippet;
}

/** A chat whose title was found. */
export interface ChatHit {
  readonly chatId: ChatId;
  readonly title: Snippet;
  readonly archived: boolean;
  /** Null: the chat has no place. */
  readonly workspace: string | null;
  /** When it changed last. */
  readonly at: string;
}

/** The chats that changed last. `isMore`: others are not listed. */
export interface ChatHits {
  readonly chats: readonly ChatHit[];
  readonly isMore: boolean;
}

/** `isMore`: it was not counted further. */
export interface HitCount {
  readonly count: number;
  readonly isMore: boolean;
}

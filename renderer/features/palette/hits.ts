import type { ChatId } from '@shared/model/ids.ts';
import { useEffect, useState } from 'react';

/** A part of a message in which what was typed stands. */
export interface Hit {
  readonly chatId: ChatId;
  readonly messageId: number;
  readonly part: number;
  /** Of the chat. */
  readonly title: string;
  /** Who wrote it: "you", "agent", "tool:execute" … */
  readonly kind: string;
  readonly at: string;
  readonly snippet: {
    readonly text: string;
    readonly marks: readonly { readonly from: number; readonly to: number }[];
  };
}

export interface Hits {
  readonly list: readonly Hit[];
  /** How many there are, in words: "14", "more than 1,000". */
  readonly count: string;
}

/** Null: it cannot be told, or was given up. Never rejects. */
export type FindHits = (text: string, signal: AbortSignal) => Promise<Hits | null>;

export const NO_HITS: Hits = { list: [], count: '' };
const ASK_AFTER_MS = 120;
/** A letter stands everywhere. */
const LEAST_LETTERS = 2;

/** What stands in messages: asked for once the person pauses; until the answer comes, what was found before. */
export function useHits(text: string, find: FindHits | null): Hits {
  const query = text.trim();
  const asks = find !== null && query.length >= LEAST_LETTERS && !query.startsWith('>');
  const [hits, setHits] = useState(NO_HITS);
  useEffect(() => {
    if (!asks) return;
    const over = new AbortController();
    const timer = setTimeout(() => {
      void find(query, over.signal).then((found) => {
        if (!over.signal.aborted) setHits(found ?? NO_HITS);
      });
    }, ASK_AFTER_MS);
    return () => {
      clearTimeout(timer);
      over.abort();
    };
  }, [asks, query, find]);
  return asks ? hits : NO_HITS;
}

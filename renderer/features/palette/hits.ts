import type { SearchHit } from '@shared/search/hit.ts';
import { useEffect, useState } from 'react';
import { call } from '../../lib/bridge.ts';

/** What stands in messages. */
export interface Hits {
  readonly list: readonly SearchHit[];
  /** How many there are, in words: "14", "more than 1000". */
  readonly count: string;
  /** What of the question cannot be read, in a sentence. */
  readonly problem: string | null;
}

export const NO_HITS: Hits = { list: [], count: '', problem: null };
const SHOWN = 5;
const ASK_AFTER_MS = 120;
/** A letter stands everywhere. */
const LEAST_LETTERS = 2;
const ASKER = `palette ${crypto.randomUUID()}`;

/** Asked for once the person pauses; until the answer comes, what was found before. */
export function useHits(text: string): Hits {
  const query = text.trim();
  const asks = query.length >= LEAST_LETTERS && !query.startsWith('>');
  const [hits, setHits] = useState(NO_HITS);
  useEffect(() => {
    if (!asks) return;
    let over = false;
    const timer = setTimeout(() => {
      void find(query).then((found) => {
        if (!over && found) setHits(found);
      });
    }, ASK_AFTER_MS);
    return () => {
      over = true;
      clearTimeout(timer);
    };
  }, [asks, query]);
  return asks ? hits : NO_HITS;
}

/** Null: there is a newer question. */
async function find(text: string): Promise<Hits | null> {
  const question = { text, asker: ASKER };
  const [found, counted] = await Promise.all([
    call('search.query', { ...question, limit: SHOWN }),
    call('search.count', question),
  ]);
  if (!found.ok) {
    if (found.error.code === 'outdated') return null;
    return { ...NO_HITS, problem: found.error.code === 'unreadable' ? found.error.message : null };
  }
  const { hits } = found.value;
  const { count, isMore } = counted.ok ? counted.value : { count: hits.length, isMore: false };
  return { list: hits, count: isMore ? `more than ${count}` : `${count}`, problem: null };
}

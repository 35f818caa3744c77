import type { ChatHits, HitCount, Place, SearchHit } from '@shared/search/hit.ts';
import { type Piece, readQuery, refusalOf, type Term } from '@shared/search/query.ts';
import { createStore } from 'zustand/vanilla';
import { call, watchFeed } from '../lib/bridge.ts';

export interface Results {
  /** What they answer. */
  readonly text: string;
  /** The chats that are called so; they stand before the parts. */
  readonly titles: ChatHits;
  readonly hits: readonly SearchHit[];
  /** Where the next page begins; null: that was all. */
  readonly next: Place | null;
  readonly count: HitCount | null;
  readonly state: 'idle' | 'loading' | 'ready' | 'more' | 'failed';
  /** Why there is nothing: a text that cannot be looked for, or no answer. */
  readonly problem: string | null;
  /** Where the reader was in the list, for when they come back. */
  readonly scroll: number;
  readonly at: number;
}

const NOTHING: Results = {
  text: '',
  titles: { chats: [], isMore: false },
  hits: [],
  next: null,
  count: null,
  state: 'idle',
  problem: null,
  scroll: 0,
  at: 0,
};

/** The results of the search view. They outlive it: who comes back finds them as they were. */
export const searchStore = createStore<Results>(() => NOTHING);

/** One window: its newer question makes the older one end. */
const asker = crypto.randomUUID();

/** Why the text cannot be looked for, before main is asked; null: it can. */
export function problemOf(text: string): string | null {
  return refusalOf(readQuery(text, new Date()));
}

/** The filters of a text, and where they stand in it. */
export function piecesOf(text: string): readonly Piece[] {
  return readQuery(text, new Date()).pieces;
}

/** What of a text is looked for. */
export function termsOf(text: string): readonly Term[] {
  return readQuery(text, new Date()).terms;
}

/** Asks, unless these are the results that are there. `again`: in any case. */
export async function search(text: string, again = false): Promise<void> {
  const now = searchStore.getState();
  if (!again && now.text === text && now.state !== 'failed') return;
  const problem = text.trim() === '' ? null : problemOf(text);
  if (text.trim() === '' || problem !== null) {
    searchStore.setState({ ...NOTHING, text, problem });
    return;
  }
  // What is there stays until the answer comes: a list that empties at each letter cannot be read.
  searchStore.setState({ text, state: 'loading', problem: null, count: null });
  const answer = await call('search.query', { text, asker });
  if (searchStore.getState().text !== text) return;
  if (!answer.ok) {
    if (answer.error.code === 'outdated') return;
    searchStore.setState({ ...NOTHING, text, state: 'failed', problem: answer.error.message });
    return;
  }
  searchStore.setState({ ...NOTHING, text, ...answer.value, state: 'ready' });
  await countHits(text);
}

async function countHits(text: string): Promise<void> {
  const answer = await call('search.count', { text, asker });
  if (answer.ok && searchStore.getState().text === text) searchStore.setState({ count: answer.value });
}

export async function searchMore(): Promise<void> {
  const { text, next, state } = searchStore.getState();
  if (!next || state !== 'ready') return;
  searchStore.setState({ state: 'more' });
  const answer = await call('search.query', { text, asker, after: next });
  const now = searchStore.getState();
  if (now.text !== text || now.state !== 'more') return;
  if (!answer.ok) return searchStore.setState({ state: 'ready' });
  const { hits, next: then } = answer.value;
  searchStore.setState({ hits: [...now.hits, ...hits], next: then, state: 'ready' });
}

/** How many results there are, each a row. */
export function shownCount({ titles, hits }: Results): number {
  return titles.chats.length + hits.length;
}

/** "14", "1,000+". */
export function countWords({ count, isMore }: HitCount): string {
  return `${count.toLocaleString()}${isMore ? '+' : ''}`;
}

export function rememberPlace(place: Partial<Pick<Results, 'scroll' | 'at'>>): void {
  searchStore.setState(place);
}

/** How many chats of before cannot be found yet, while somebody looks. */
export function watchIndex(onLeft: (left: number) => void): () => void {
  const feed = watchFeed(
    'search.index',
    {},
    {
      onEvents: (events) => onLeft(events.at(-1)?.left ?? 0),
      onEnd: () => undefined,
    },
  );
  return () => feed.close();
}

import type { ChatId, OwnerId } from '@shared/model/ids.ts';
import type { ChatHit, ChatHits, CountedPlace, HitCount, Place, SearchHit } from '@shared/search/hit.ts';
import type { Filter, SearchQuery } from '@shared/search/query.ts';
import type { FindStep } from '../db/search/find-docs.ts';
import type { FoundTitles } from '../db/search/find-titles.ts';
import type { SearchStore } from '../db/search/operations.ts';

/** What is looked for, and in which chat alone; null: in all. */
export interface Asked extends SearchQuery {
  readonly chatId: ChatId | null;
}

export interface HitPage {
  readonly hits: readonly SearchHit[];
  /** Where the next page begins; null: this is the last one. */
  readonly next: Place | null;
}

export interface Search {
  /** Newest first. Null: the signal came first. */
  page(
    asked: Asked,
    page: { readonly after: Place | null; readonly limit: number },
    signal: AbortSignal,
  ): Promise<HitPage | null>;
  /** Whose title it is: the `most` that changed last. Of what is asked in one chat there are none. */
  chats(asked: Asked, most: number, signal: AbortSignal): Promise<ChatHits | null>;
  /** Up to `most`. */
  count(asked: Asked, most: number, signal: AbortSignal): Promise<HitCount | null>;
  /** Where the newest `most` stand, and how often there. */
  places(asked: Asked, most: number, signal: AbortSignal): Promise<readonly CountedPlace[] | null>;
}

/** From here on a step reads as many blocks as were read before it. */
const FIRST_BLOCKS = 1;
const MOST_BLOCKS = 512;
/** Places whose texts are read at once: others have their turn in between. */
const COUNTED_AT_ONCE = 50;

interface SearchDeps {
  readonly store: SearchStore;
  readonly ownerId: OwnerId;
}

export function createSearch(deps: SearchDeps): Search {
  const { store, ownerId } = deps;

  async function places(
    asked: Asked,
    { after, limit }: { readonly after: Place | null; readonly limit: number },
    signal: AbortSignal,
  ): Promise<readonly Place[] | null> {
    const chatIds = await chatsOf(deps, asked);
    if (chatIds?.length === 0) return [];
    const found: Place[] = [];
    const fixed = { ownerId, terms: asked.terms, chatIds, after, ...timesOf(asked.filters) };
    let below: number | null = null;
    for (let blocks = FIRST_BLOCKS; ; blocks = Math.min(2 * blocks, MOST_BLOCKS)) {
      if (signal.aborted) return null;
      const step: FindStep = { ...fixed, below, blocks, limit: limit - found.length };
      // Between two steps others have their turn at the one connection.
      const read = await store.call('findDocs', step);
      found.push(...read.places);
      below = read.below;
      if (below === null || found.length >= limit) return found;
    }
  }

  return {
    chats: (asked, most, signal) => findChats(deps, asked, most, signal),
    async page(asked, { after, limit }, signal) {
      const found = await places(asked, { after, limit: limit + 1 }, signal);
      if (!found) return null;
      const shown = found.slice(0, limit);
      const hits = await store.call('loadHits', { ownerId, places: shown, terms: asked.terms });
      return { hits, next: found.length > limit ? (shown.at(-1) ?? null) : null };
    },
    async count(asked, most, signal) {
      const found = await places(asked, { after: null, limit: most + 1 }, signal);
      return found && { count: Math.min(found.length, most), isMore: found.length > most };
    },
    async places(asked, most, signal) {
      const found = await places(asked, { after: null, limit: most }, signal);
      return found && countAll(deps, { asked, places: found }, signal);
    },
  };
}

/** The chats that the filters leave; null: all. */
async function chatsOf(
  { store, ownerId }: SearchDeps,
  { chatId, filters }: Asked,
): Promise<readonly ChatId[] | null> {
  return chatId ? [chatId] : store.call('findChats', { ownerId, filters });
}

async function findChats(
  deps: SearchDeps,
  asked: Asked,
  most: number,
  signal: AbortSignal,
): Promise<ChatHits | null> {
  const chatIds = asked.chatId ? [] : await chatsOf(deps, asked);
  if (chatIds?.length === 0) return { chats: [], isMore: false };
  const fixed = { ownerId: deps.ownerId, terms: asked.terms, chatIds, ...timesOf(asked.filters) };
  const found: ChatHit[] = [];
  let below: FoundTitles['below'] = null;
  do {
    if (signal.aborted) return null;
    const read: FoundTitles = await deps.store.call('findTitles', { ...fixed, below });
    found.push(...read.chats);
    below = read.below;
  } while (below !== null && found.length <= most);
  return { chats: found.slice(0, most), isMore: found.length > most };
}

async function countAll(
  { store, ownerId }: SearchDeps,
  { asked: { terms }, places }: { readonly asked: Asked; readonly places: readonly Place[] },
  signal: AbortSignal,
): Promise<readonly CountedPlace[] | null> {
  const counted: CountedPlace[] = [];
  for (let at = 0; at < places.length; at += COUNTED_AT_ONCE) {
    if (signal.aborted) return null;
    const some = places.slice(at, at + COUNTED_AT_ONCE);
    counted.push(...(await store.call('countMarks', { ownerId, places: some, terms })));
  }
  return counted;
}

/** The narrowest of what was asked. */
function timesOf(filters: readonly Filter[]): Pick<FindStep, 'before' | 'since'> {
  const at = (key: 'before' | 'after') =>
    filters.flatMap((one) => (one.key === key ? [one.at] : [])).toSorted();
  return { before: at('before')[0] ?? null, since: at('after').at(-1) ?? null };
}

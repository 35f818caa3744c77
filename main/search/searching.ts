import type { OwnerId } from '@shared/model/ids.ts';
import type { Clock } from '../base/clock.ts';
import type { Log } from '../base/log.ts';
import type { SearchStore } from '../db/search/operations.ts';
import { type Indexer, startIndexer } from './indexer.ts';
import { createSearch, type Search } from './search.ts';

export interface Searching {
  readonly search: Search;
  readonly indexer: Indexer;
  close(): Promise<void>;
}

/** What keeps the index, and what asks it. */
export function startSearching(deps: {
  readonly store: SearchStore;
  readonly ownerId: OwnerId;
  readonly clock: Clock;
  readonly log: Log;
}): Searching {
  const indexer = startIndexer(deps);
  return { search: caughtUp(createSearch(deps), indexer), indexer, close: () => indexer.close() };
}

/** Who looks for something may have read it a moment ago. */
function caughtUp(search: Search, { catchUp }: Indexer): Search {
  return {
    page: (...asked) => catchUp().then(() => search.page(...asked)),
    chats: (...asked) => catchUp().then(() => search.chats(...asked)),
    count: (...asked) => catchUp().then(() => search.count(...asked)),
    places: (...asked) => catchUp().then(() => search.places(...asked)),
  };
}

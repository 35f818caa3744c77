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
  return { search: createSearch(deps), indexer, close: () => indexer.close() };
}

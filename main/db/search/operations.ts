import type { Store } from '../store.ts';
import { findChats } from './find-chats.ts';
import { findDocs } from './find-docs.ts';
import { indexBatch, listUnindexed } from './index-batch.ts';
import { loadHits } from './load-hits.ts';

/** As the daemon's role. */
export const searchOperations = { listUnindexed, indexBatch, findChats, findDocs, loadHits };
export type SearchOperations = typeof searchOperations;
export type SearchStore = Store<SearchOperations>;

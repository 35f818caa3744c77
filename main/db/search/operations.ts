import type { Store } from '../store.ts';
import { countMarks } from './count-marks.ts';
import { findChats } from './find-chats.ts';
import { findDocs } from './find-docs.ts';
import { findTitles } from './find-titles.ts';
import { indexBatch, listUnindexed } from './index-batch.ts';
import { loadHits } from './load-hits.ts';

/** As the daemon's role. */
export const searchOperations = {
  listUnindexed,
  indexBatch,
  findChats,
  findTitles,
  findDocs,
  loadHits,
  countMarks,
};
export type SearchOperations = typeof searchOperations;
export type SearchStore = Store<SearchOperations>;

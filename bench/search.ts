import { type Findings, row } from './report.ts';
import { searchCorpus } from './search-corpus.ts';
import { quantile } from './stats.ts';
import { openStoreWorker, type StoreWorker } from './store-worker.ts';

/** For a look at less than what is promised. */
const PARTS = Number(process.env['GAFFER_BENCH_PARTS'] ?? 1_000_000);
const ROUNDS = 12;
const PAGE = 20;
const MOST_BLOCKS = 512;

/** One to three words, of which each question has at most ten thousand answers of a million. */
const QUESTIONS: readonly (readonly string[])[] = [
  ['tenthousandth'],
  ['thousandth'],
  ['hundredth'],
  ['hundredth', 'w1x'],
  ['hundredth', 'w2x', 'w3x'],
  ['thousandth', 'w5x'],
  ['w1s0x'],
  ['w7ex', 'w9zx'],
  ['w40x', 'w50x', 'w60x'],
];

interface Step {
  readonly places: readonly object[];
  readonly below: number | null;
}

/** Through the built database worker: the newest rows with their snippets, as the daemon asks for them. */
export async function benchSearch(): Promise<Findings> {
  const corpus = await searchCorpus(PARTS);
  const store = await openStoreWorker(corpus.dataDir);
  try {
    const times: number[] = [];
    const notes: string[] = [];
    for (const words of QUESTIONS) {
      const own: number[] = [];
      let found = 0;
      for (let i = 0; i < ROUNDS; i += 1) {
        const from = performance.now();
        found = await ask(store, corpus.ownerId, words);
        own.push(performance.now() - from);
      }
      times.push(...own);
      notes.push(
        `search: ${words.join(' ')}: ${found} rows; first ${Math.round(own[0] ?? 0)} ms, ` +
          `p50 ${Math.round(quantile(own, 0.5))} ms, slowest ${Math.round(Math.max(...own))} ms`,
      );
    }
    const { ms, docBytes, indexBytes } = corpus.build;
    return {
      rows: [
        row({ name: 'search p50', value: quantile(times, 0.5), unit: 'ms' }),
        row({
          name: 'search p95',
          value: quantile(times, 0.95),
          unit: 'ms',
          target: '≤ 50 ms',
          meets: (value) => value <= 50,
        }),
        ...(ms === null ? [] : [row({ name: 'search index built', value: ms / 1_000, unit: 's' })]),
        row({ name: 'search index size', value: (docBytes + indexBytes) / 2 ** 20, unit: 'MB' }),
      ],
      notes: [`search: ${PARTS} parts`, ...notes],
    };
  } finally {
    await store.close();
  }
}

/** `main/search/search.ts` does the same. */
async function ask(store: StoreWorker, ownerId: string, words: readonly string[]): Promise<number> {
  const terms = words.map((word) => ({ words: [word], exact: false, not: false }));
  const fixed = { ownerId, terms, chatIds: null, before: null, since: null, after: null };
  const places: object[] = [];
  let below: number | null = null;
  for (let blocks = 1; ; blocks = Math.min(2 * blocks, MOST_BLOCKS)) {
    const limit = PAGE + 1 - places.length;
    const step: Step = await store.call<Step>('findDocs', { ...fixed, below, blocks, limit });
    places.push(...step.places);
    below = step.below;
    if (below === null || places.length > PAGE) break;
  }
  const hits = await store.call<readonly object[]>('loadHits', {
    ownerId,
    places: places.slice(0, PAGE),
    terms,
  });
  return hits.length;
}

import type { ChatId } from '@shared/model/ids.ts';
import type { Clock } from '../base/clock.ts';
import { errorFields, type Log } from '../base/log.ts';
import type { SearchStore } from '../db/search/operations.ts';
import { type Agenda, createAgenda } from './agenda.ts';

/** What is written down of one commit is written with that of the next ones: nobody searches that fast. */
const GATHER_MS = 400;
/** The more agents talk, the more is gathered: a round takes no more than this part of the time. */
const ROUND_SHARE = 1 / 10;
const MOST_GATHER_MS = 5_000;
/** The one connection has others to serve: between two batches it is theirs for as long as a batch took. */
const MOST_PAUSE_MS = 200;
/** Who searches waits this long at most for what was said just now. */
const CATCH_UP_MS = 300;
/** After a failure. */
const AGAIN_MS = 30_000;

export interface Indexer {
  /** Chats of before that are not wholly in the index. What agents say now is written within seconds and not counted. */
  readonly left: number;
  /** This chat of before is one of them: what is looked for in it may not be found yet. */
  isBehind(chatId: ChatId): boolean;
  /** Told whenever `left` may have changed. Returns the function that stops it. */
  onChange(listener: () => void): () => void;
  /** Resolves when what was said before the call can be found, or soon after: nobody waits long for that. */
  catchUp(): Promise<void>;
  close(): Promise<void>;
}

interface IndexerDeps {
  readonly store: SearchStore;
  readonly clock: Clock;
  readonly log: Log;
}

/**
 * Keeps the index behind the chats (CHATD decision 17): a full look at the start and when hints were missed, and after
 * that what hints name. While there is nothing to do it waits for a promise, without a timer.
 */
export function startIndexer(deps: IndexerDeps): Indexer {
  const { clock, log } = deps;
  const closing = new AbortController();
  const { signal } = closing;
  const listeners = new Set<() => void>();
  const agenda = createAgenda(deps.store);
  const backlog = new Set<ChatId>();
  let nap = new AbortController();
  const waiting = new Set<() => void>();
  const tell = () => {
    for (const listener of listeners) listener();
  };
  const release = () => {
    if (agenda.hasFresh()) return;
    for (const resolve of waiting) resolve();
    waiting.clear();
  };

  async function run(): Promise<void> {
    for (let gatherMs = GATHER_MS; !signal.aborted; ) {
      await agenda.filled();
      nap = new AbortController();
      await clock.sleep(gatherMs, nap.signal).catch(() => undefined);
      if (signal.aborted) return;
      const from = clock.now();
      await workOff({ ...deps, agenda, backlog, tell, release }, signal).catch((error: unknown) => {
        if (signal.aborted) return undefined;
        log.warn('The search index could not be written', errorFields(error));
        return clock.sleep(AGAIN_MS, signal).catch(() => undefined);
      });
      release();
      gatherMs = Math.min(MOST_GATHER_MS, Math.max(GATHER_MS, (clock.now() - from) / ROUND_SHARE));
    }
  }

  const running = run();
  return {
    get left() {
      return backlog.size;
    },
    isBehind: (chatId) => backlog.has(chatId),
    onChange(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    async catchUp() {
      nap.abort();
      if (!agenda.hasFresh()) return;
      const caughtUp = new Promise<void>((resolve) => void waiting.add(resolve));
      await Promise.race([caughtUp, clock.sleep(CATCH_UP_MS, signal).catch(() => undefined)]);
    },
    async close() {
      closing.abort();
      nap.abort();
      agenda.close();
      await running;
    },
  };
}

type Work = IndexerDeps & {
  readonly agenda: Agenda;
  readonly backlog: Set<ChatId>;
  tell(): void;
  /** Those who wait for what was said just now. */
  release(): void;
};

async function workOff(
  { agenda, backlog, tell, release, ...deps }: Work,
  signal: AbortSignal,
): Promise<void> {
  if (agenda.takeLook()) {
    const behind = await deps.store.call('listUnindexed', {}).catch((error: unknown) => {
      agenda.look();
      throw error;
    });
    for (const chatId of behind.chatIds) {
      agenda.addBehind(chatId);
      backlog.add(chatId);
    }
    // The list has an end; behind it there may be more.
    if (behind.isMore) agenda.look();
    tell();
  }
  for (let chatId = agenda.take(); chatId && !signal.aborted; chatId = agenda.take()) {
    const taken = chatId;
    const tookMs = await indexChat(deps, taken, signal)
      .catch((error: unknown) => {
        agenda.addBehind(taken);
        throw error;
      })
      .finally(() => agenda.putDown());
    if (backlog.delete(taken)) tell();
    release();
    await pause(deps.clock, tookMs, signal);
  }
}

/** Answers how long the last batch took, in milliseconds. */
async function indexChat(
  { store, clock }: Pick<IndexerDeps, 'store' | 'clock'>,
  chatId: ChatId,
  signal: AbortSignal,
): Promise<number> {
  for (;;) {
    const from = clock.now();
    const { done } = await store.call('indexBatch', { chatId });
    const tookMs = clock.now() - from;
    if (done || signal.aborted) return tookMs;
    await pause(clock, tookMs, signal);
  }
}

async function pause(clock: Clock, tookMs: number, signal: AbortSignal): Promise<void> {
  await clock.sleep(Math.min(MOST_PAUSE_MS, tookMs), signal).catch(() => undefined);
}

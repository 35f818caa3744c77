import type { ChatId, OwnerId } from '@shared/model/ids.ts';
import type { WatchEvent } from '@shared/model/stream.ts';
import type { Clock } from '../../base/clock.ts';
import { createEventQueue } from '../../base/event-queue.ts';
import type { ChatStore } from '../machine/store.ts';
import type { Hints, WatchHint } from './hints.ts';

/** A tree that changes faster than this is sent in batches: rows, not deltas. */
const GATHER_MS = 60;

export interface WatchDeps {
  readonly store: ChatStore;
  readonly hints: Hints;
  readonly clock: Clock;
}

/**
 * The tree's feed (CHATD 4.9): the whole list, then one event per changed chat, each read fresh after the
 * commit. Several hints of one kind for one chat within a moment become one event.
 */
export async function* watchChats(
  deps: WatchDeps,
  query: { readonly ownerId: OwnerId; readonly archived: boolean },
  signal: AbortSignal,
): AsyncGenerator<WatchEvent> {
  const queue = createEventQueue<WatchEvent>(signal);
  const dirty = new Map<ChatId, Set<WatchHint['kind']>>();
  let gathering: Promise<void> | null = null;
  let flushed: Promise<void> = Promise.resolve();

  async function flush(): Promise<void> {
    await deps.clock.sleep(GATHER_MS, signal);
    gathering = null;
    const batch = [...dirty];
    dirty.clear();
    for (const [chatId, kinds] of batch) {
      const chat = await deps.store.call('loadSummary', { chatId, ownerId: query.ownerId });
      if (!chat) continue;
      if (chat.archived !== query.archived) queue.push({ kind: 'deleted', chat });
      // Unarchived: for this list it is new.
      else for (const kind of kinds) queue.push({ kind: kind === 'deleted' ? 'created' : kind, chat });
    }
  }

  const stop = deps.hints.onWatch(({ chatId, kind }) => {
    dirty.set(chatId, (dirty.get(chatId) ?? new Set()).add(kind));
    if (gathering) return;
    gathering = flush().catch((error: unknown) => (signal.aborted ? queue.end() : queue.fail(error)));
    flushed = gathering;
  });
  try {
    queue.push({ kind: 'list', chats: await deps.store.call('listChats', query) });
    yield* queue;
  } finally {
    stop();
    await flushed;
  }
}

import type { ChatSummary } from '@shared/model/chat.ts';
import type { ChatId, OwnerId } from '@shared/model/ids.ts';
import type { WatchEvent } from '@shared/model/stream.ts';
import type { Clock } from '../../base/clock.ts';
import { createWake } from '../../base/wake.ts';
import type { ChatStore } from '../machine/store.ts';
import type { Hints, WatchHint } from './hints.ts';

/** A tree that changes faster than this is sent in batches: rows, not deltas. */
const GATHER_MS = 60;
/** The whole list is compared this often, in case a hint was lost; a connection that was down says so at once. */
const COMPARE_MS = 5 * 60_000;

export interface WatchDeps {
  readonly store: ChatStore;
  readonly hints: Hints;
  readonly clock: Clock;
}

type Kinds = ReadonlySet<WatchHint['kind']>;

/**
 * The tree's feed (CHATD 4.9): the whole list, then one event per changed chat and kind, each read fresh after the
 * commit, what happened within a moment together. One loop reads and tells, so a later picture never comes first;
 * while the reader is slow, changes gather.
 */
export async function* watchChats(
  deps: WatchDeps,
  query: { readonly ownerId: OwnerId; readonly archived: boolean },
  signal: AbortSignal,
): AsyncGenerator<WatchEvent> {
  const wake = createWake();
  const dirty = new Map<ChatId, Set<WatchHint['kind']>>();
  let lost = false;
  const stops = [
    deps.hints.onWatch(({ chatId, kind }) => {
      dirty.set(chatId, (dirty.get(chatId) ?? new Set()).add(kind));
      wake.poke();
    }),
    deps.hints.onLost(() => {
      lost = true;
      wake.poke();
    }),
  ];
  try {
    let told = new Map<ChatId, number>();
    const list = async function* (always: boolean): AsyncGenerator<WatchEvent> {
      const chats = await deps.store.call('listChats', query);
      const now = new Map(chats.map((chat) => [chat.id, chat.snapshot_version]));
      if (always || !isSame(told, now)) yield { kind: 'list', chats };
      told = now;
    };
    yield* list(true);
    while (!signal.aborted) {
      const poked = await wake.wait(deps.clock, COMPARE_MS, signal);
      if (poked && !lost) await deps.clock.sleep(GATHER_MS, signal).catch(() => undefined);
      if (signal.aborted) return;
      if (!poked || lost) {
        lost = false;
        dirty.clear();
        yield* list(false);
        continue;
      }
      const changed = new Map(dirty);
      dirty.clear();
      const chatIds = [...changed.keys()];
      const chats = await deps.store.call('loadSummaries', { chatIds, ownerId: query.ownerId });
      for (const event of eventsOf(chats, changed, query.archived)) {
        if (event.kind === 'deleted') told.delete(event.chat.id);
        // The one about a diff says nothing of the chat itself.
        else if (event.kind !== 'diff_status_change') told.set(event.chat.id, event.chat.snapshot_version);
        yield event;
      }
    }
  } finally {
    for (const stop of stops) stop();
  }
}

function isSame(a: ReadonlyMap<ChatId, number>, b: ReadonlyMap<ChatId, number>): boolean {
  return a.size === b.size && [...a].every(([id, version]) => b.get(id) === version);
}

/** Parents first, so that no child is shown or left without its own; a root that goes takes its children along. */
function eventsOf(
  chats: readonly ChatSummary[],
  changed: ReadonlyMap<ChatId, Kinds>,
  archived: boolean,
): Exclude<WatchEvent, { kind: 'list' }>[] {
  const inOrder = chats.toSorted(
    (a, b) => Number(a.parent_chat_id !== null) - Number(b.parent_chat_id !== null),
  );
  const gone = new Set(inOrder.filter((chat) => chat.archived !== archived).map((chat) => chat.id));
  return inOrder.flatMap((chat): Exclude<WatchEvent, { kind: 'list' }>[] => {
    if (gone.has(chat.id)) {
      const withRoot = chat.root_chat_id !== null && gone.has(chat.root_chat_id);
      return withRoot ? [] : [{ kind: 'deleted' as const, chat }];
    }
    // Archived or brought back: for this list it is new.
    const kinds = [...(changed.get(chat.id) ?? [])].map((kind) => (kind === 'deleted' ? 'created' : kind));
    return [...new Set(kinds)].map((kind) => ({ kind, chat }));
  });
}

import type { ChatSummary } from '@shared/model/chat.ts';
import type { ChatId, OwnerId } from '@shared/model/ids.ts';
import type { StreamEvent } from '@shared/model/stream.ts';
import type { ChatStore } from '../machine/store.ts';
import { type StreamSync, SYNC_ROWS } from '../machine/types.ts';
import { type Ear, listenTo } from './ear.ts';
import type { Hints } from './hints.ts';
import { createPartFollower } from './part-follower.ts';
import type { PartsSource } from './parts-source.ts';
import type { Poller } from './poller.ts';
import { agentEvents, eventsOf, type Known, knownOf, snapshotEvent } from './sync-events.ts';

/** Rows in the first answer (CHATD decision 12). */
const SNAPSHOT_ROWS = 60;

export interface StreamDeps {
  readonly store: ChatStore;
  readonly hints: Hints;
  readonly parts: PartsSource;
  readonly poller: Poller;
}

export class ChatNotFound extends Error {
  override readonly name = 'ChatNotFound';
}

interface Ids {
  readonly chatId: ChatId;
  readonly ownerId: OwnerId;
}

/**
 * One subscriber of one chat (CHATD 4.5). Yields `snapshot` first, then what changes. Durable facts come from the
 * database when a hint or the poller names a newer snapshot_version; parts only for the episode that the last sync
 * announced. Ends with the signal, and when the chat is gone; throws ChatNotFound at the start.
 *
 * There is no queue that could overflow: rows are compared when the subscriber asks for more, so one that is slow
 * gets fewer and larger steps, and a fresh snapshot in the middle of its feed when it is behind by more than
 * `SYNC_ROWS` rows. Parts wait in their episode, which is bounded, and are forgotten with it. Who does not take
 * anything any more is cut off by the server of the feed (`ipc/serve.ts`).
 */
export async function* streamChat(
  deps: StreamDeps,
  ids: Ids,
  signal: AbortSignal,
): AsyncGenerator<StreamEvent> {
  // Before anything is read, so that no change can fall between.
  const ear = listenTo(deps, ids.chatId, signal);
  const parts = createPartFollower(deps.parts, ids.chatId, ear.poke);
  try {
    let state = await begin(deps, ids);
    parts.follow(state.known);
    yield* state.events;
    let reading: Reading | null = null;
    while (!signal.aborted && !ear.isGone()) {
      reading ??= startReading(deps, ids, state, ear);
      if (reading?.outcome) {
        const next = reading.outcome.result();
        if (!next) return;
        reading = null;
        state = next;
        parts.follow(state.known);
        yield* state.events;
        continue;
      }
      const frame = parts.take();
      if (frame) yield { type: 'message_part', frame };
      else await ear.wait();
    }
  } finally {
    parts.stop();
    ear.stop();
  }
}

/** What the subscriber was told, and the events that tell it. */
interface Told {
  readonly known: Known;
  readonly agents: Map<ChatId, string>;
  readonly events: readonly StreamEvent[];
}

async function begin(deps: StreamDeps, ids: Ids): Promise<Told> {
  const first = await deps.store.call('loadSnapshot', { ...ids, rows: SNAPSHOT_ROWS });
  if (!first) throw new ChatNotFound(`There is no chat ${ids.chatId}.`);
  const chats = await deps.store.call('listChildren', ids);
  const agents = new Map<ChatId, string>();
  agentEvents(agents, chats);
  return { known: knownOf(first), agents, events: [snapshotEvent(first, chats)] };
}

/** A look at the database while parts go on. `result` throws what the look threw; null: the chat is gone. */
interface Reading {
  outcome: { result(): Told | null } | null;
}

/** Null when nothing new was heard of. */
function startReading(deps: StreamDeps, ids: Ids, told: Told, ear: Ear): Reading | null {
  const isNewer = ear.isNewer(told.known.facts.snapshotVersion);
  const heard = ear.takeAgents();
  if (!isNewer && heard !== 'all' && heard.size === 0) return null;
  const reading: Reading = { outcome: null };
  const settle = (result: () => Told | null) => {
    reading.outcome = { result };
    ear.poke();
  };
  readNext(deps, ids, told, { isNewer, heard }).then(
    (next) => settle(() => next),
    (error: unknown) =>
      settle(() => {
        throw error;
      }),
  );
  return reading;
}

async function readNext(
  deps: StreamDeps,
  ids: Ids,
  told: Told,
  { isNewer, heard }: { isNewer: boolean; heard: ReadonlySet<ChatId> | 'all' },
): Promise<Told | null> {
  const { facts, fromMessageId } = told.known;
  let { known } = told;
  let events: readonly StreamEvent[] = [];
  if (isNewer) {
    const { historyVersion, queueVersion } = facts;
    const sync = await deps.store.call('loadSync', { ...ids, historyVersion, queueVersion, fromMessageId });
    if (!sync) return null;
    if (sync.messages.length > SYNC_ROWS) return beginAgain(deps, ids, sync);
    events = eventsOf(known, sync);
    known = knownOf(sync, known);
  }
  const changed = await readAgents(deps, ids, heard);
  return { known, agents: told.agents, events: [...events, ...agentEvents(told.agents, changed)] };
}

/** Too much was missed to be told row by row. Rows that are gone must not be kept in front of the new window. */
async function beginAgain(deps: StreamDeps, ids: Ids, sync: StreamSync): Promise<Told> {
  const told = await begin(deps, ids);
  const cut = sync.deletedIds[0];
  if (cut === undefined) return told;
  const { messageCount: message_count } = sync;
  return {
    ...told,
    events: [{ type: 'history_cut', from_message_id: cut, message_count }, ...told.events],
  };
}

async function readAgents(
  deps: StreamDeps,
  ids: Ids,
  heard: ReadonlySet<ChatId> | 'all',
): Promise<readonly ChatSummary[]> {
  if (heard === 'all') return await deps.store.call('listChildren', ids);
  if (heard.size === 0) return [];
  return await deps.store.call('loadSummaries', { chatIds: [...heard], ownerId: ids.ownerId });
}

import type { ChatId, OwnerId } from '@shared/model/ids.ts';
import type { LiveFrame, StreamEvent } from '@shared/model/stream.ts';
import type { Clock } from '../../base/clock.ts';
import { createEventQueue, type EventQueue } from '../../base/event-queue.ts';
import type { ChatStore } from '../machine/store.ts';
import type { ChatFacts, StreamSync } from '../machine/types.ts';
import type { Hints } from './hints.ts';
import type { PartsSource } from './parts-source.ts';

/** Rows in the first answer (CHATD decision 12). */
const SNAPSHOT_ROWS = 60;

export interface StreamDeps {
  readonly store: ChatStore;
  readonly hints: Hints;
  readonly parts: PartsSource;
  readonly clock: Clock;
  /** The poll that heals a lost hint. */
  readonly safetyPollMs: number;
}

/** What this subscriber has been told. */
interface Known {
  facts: ChatFacts;
  calls: string;
  actions: string;
  summary: string;
  errorAt: number | null;
  /** Ids sent so far that matter for cuts: the oldest one of the window. */
  fromMessageId: StreamSync['messages'][number]['id'] | null;
}

export class ChatNotFound extends Error {
  override readonly name = 'ChatNotFound';
}

/**
 * One subscriber of one chat (CHATD 4.5). Yields `snapshot` first, then what changes. Durable facts come from
 * the database whenever a hint names a newer snapshot_version; parts come from the buffer, and only for the
 * episode that the last sync announced. Ends with the signal; throws ChatNotFound at the start.
 */
export async function* streamChat(
  deps: StreamDeps,
  ids: { readonly chatId: ChatId; readonly ownerId: OwnerId },
  signal: AbortSignal,
): AsyncGenerator<StreamEvent> {
  const queue = createEventQueue<StreamEvent>(signal);
  const wake = createWake();
  // Listen before reading, so that no change can fall between.
  const unhint = deps.hints.onChat(ids.chatId, (facts) => wake.poke(facts.snapshotVersion));
  const source = createPartFollower(deps.parts, ids.chatId, (frame) =>
    queue.push({ type: 'message_part', frame }),
  );
  try {
    const known = await sendSnapshot(deps, ids, queue);
    source.follow(known.facts);
    const pump = followChanges(deps, ids, { queue, wake, source, known, signal }).catch((error: unknown) =>
      signal.aborted ? queue.end() : queue.fail(error),
    );
    yield* queue;
    wake.poke(0);
    await pump;
  } finally {
    unhint();
    source.stop();
  }
}

async function sendSnapshot(
  deps: StreamDeps,
  ids: { chatId: ChatId; ownerId: OwnerId },
  queue: EventQueue<StreamEvent>,
): Promise<Known> {
  const first = await deps.store.call('loadSnapshot', { ...ids, rows: SNAPSHOT_ROWS });
  if (!first) throw new ChatNotFound(`There is no chat ${ids.chatId}.`);
  queue.push({
    type: 'snapshot',
    chat: first.summary,
    status: first.facts.status,
    pending: isPending(first.facts),
    messages: first.messages,
    message_count: first.messageCount,
    queue: first.queue,
    calls: first.calls,
    actions: first.actions,
    agents: [],
    retry: first.retry,
    error: first.error,
    episode: episodeOf(first.facts),
  });
  return {
    facts: first.facts,
    calls: JSON.stringify(first.calls),
    actions: JSON.stringify(first.actions),
    summary: JSON.stringify(first.summary),
    errorAt: first.error ? first.facts.historyVersion : null,
    fromMessageId: first.messages[0]?.id ?? null,
  };
}

interface Follow {
  readonly queue: EventQueue<StreamEvent>;
  readonly wake: Wake;
  readonly source: PartFollower;
  readonly known: Known;
  readonly signal: AbortSignal;
}

async function followChanges(
  deps: StreamDeps,
  ids: { chatId: ChatId; ownerId: OwnerId },
  { queue, wake, source, known, signal }: Follow,
): Promise<void> {
  while (!signal.aborted) {
    const hinted = await wake.wait(deps.clock, deps.safetyPollMs, signal);
    if (signal.aborted) return;
    if (hinted !== null && hinted <= known.facts.snapshotVersion) continue;
    const sync = await deps.store.call('loadSync', {
      ...ids,
      historyVersion: known.facts.historyVersion,
      queueVersion: known.facts.queueVersion,
      fromMessageId: known.fromMessageId,
    });
    if (!sync) {
      queue.end();
      return;
    }
    for (const event of eventsOf(known, sync)) queue.push(event);
    source.follow(known.facts);
  }
}

/** The fixed order of CHATD 4.5; moves `known` to what was sent. */
function eventsOf(known: Known, sync: StreamSync): StreamEvent[] {
  const events: StreamEvent[] = [];
  const { facts } = sync;
  const before = known.facts;
  const count = sync.messageCount;
  const cut = sync.deletedIds[0];
  if (cut !== undefined) events.push({ type: 'history_cut', from_message_id: cut, message_count: count });
  for (const message of sync.messages) events.push({ type: 'message', message, message_count: count });
  if (sync.queue) events.push({ type: 'queue_update', queue: sync.queue });
  if (facts.status !== before.status || isPending(facts) !== isPending(before)) {
    events.push({ type: 'status', status: facts.status, pending: isPending(facts) });
  }
  if (sync.error && known.errorAt !== facts.historyVersion)
    events.push({ type: 'error', error: sync.error });
  known.errorAt = sync.error ? facts.historyVersion : null;
  const calls = JSON.stringify(sync.calls);
  if (calls !== known.calls) events.push({ type: 'calls', calls: sync.calls });
  const actions = JSON.stringify(sync.actions);
  if (actions !== known.actions) events.push({ type: 'actions', actions: sync.actions });
  if (facts.retryStateVersion !== before.retryStateVersion)
    events.push({ type: 'retry', retry: sync.retry });
  if (
    facts.historyVersion !== before.historyVersion ||
    (facts.generationAttempt !== before.generationAttempt && facts.generationAttempt !== 0)
  ) {
    events.push({ type: 'preview_reset', episode: episodeOf(facts) });
  }
  const summary = JSON.stringify(sync.summary);
  if (summary !== known.summary) events.push({ type: 'chat', chat: sync.summary });
  known.facts = facts;
  known.calls = calls;
  known.actions = actions;
  known.summary = summary;
  known.fromMessageId ??= sync.messages[0]?.id ?? null;
  return events;
}

function isPending(facts: ChatFacts): boolean {
  return facts.status === 'running' && facts.workerId === null;
}

function episodeOf(facts: ChatFacts) {
  return { history_version: facts.historyVersion, generation_attempt: facts.generationAttempt };
}

interface PartFollower {
  /** Watches the episode of these facts, from its first part, unless it does so already. */
  follow(facts: ChatFacts): void;
  stop(): void;
}

function createPartFollower(
  parts: PartsSource,
  chatId: ChatId,
  onFrame: (frame: LiveFrame) => void,
): PartFollower {
  let stop: (() => void) | null = null;
  let at = '';
  return {
    follow(facts) {
      const { workerId } = facts;
      const next = `${workerId}/${facts.historyVersion}/${facts.generationAttempt}`;
      const live = facts.status === 'running' && facts.generationAttempt > 0 && workerId !== null;
      if (live && next === at) return;
      stop?.();
      stop = live ? parts.watch({ chatId, workerId, episode: episodeOf(facts) }, onFrame) : null;
      at = live ? next : '';
    },
    stop: () => stop?.(),
  };
}

interface Wake {
  poke(snapshotVersion: number): void;
  /** The newest version that was hinted, or null when the poll's time came. */
  wait(clock: Clock, pollMs: number, signal: AbortSignal): Promise<number | null>;
}

function createWake(): Wake {
  let newest: number | null = null;
  let resolveWait: (() => void) | null = null;
  return {
    poke(version) {
      newest = Math.max(newest ?? 0, version);
      resolveWait?.();
    },
    async wait(clock, pollMs, signal) {
      if (newest === null) {
        const timer = new AbortController();
        const poked = new Promise<void>((resolve) => {
          resolveWait = resolve;
        });
        const ended = AbortSignal.any([signal, timer.signal]);
        await Promise.race([poked, clock.sleep(pollMs, ended).catch(() => undefined)]);
        timer.abort();
        resolveWait = null;
      }
      const version = newest;
      newest = null;
      return version;
    },
  };
}

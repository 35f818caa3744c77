import type { ChatStatus, ChatSummary } from '@shared/model/chat.ts';
import type { ChatFault, RetryInfo } from '@shared/model/fault.ts';
import { asId, type ChatId, type MessageId, type QueuedId, type WorkerId } from '@shared/model/ids.ts';
import type { Message, QueuedMessage, Role } from '@shared/model/message.ts';
import { type ChatView, foldStream } from '@shared/model/reducer.ts';
import type { StreamEvent } from '@shared/model/stream.ts';
import { expect, test } from 'vitest';
import { silentLog } from '../../base/log.ts';
import type { ChatFacts, StreamSync } from '../machine/types.ts';
import { type EpisodeWriter, PartBuffer } from './part-buffer.ts';
import { createPartFollower } from './part-follower.ts';
import { localParts } from './parts-source.ts';
import { agentEvents, eventsOf, type Known, knownOf, snapshotEvent } from './sync-events.ts';

/*
 * A chat lives through random steps; subscribers look at it at random moments, some reconnect. Whatever they missed
 * or saw one by one, what they fold is what a fresh snapshot folds to.
 */

/** More with GAFFER_SEQUENCES: a long run has 100,000. */
const SEQUENCES = Number(process.env['GAFFER_SEQUENCES'] ?? 15_000);
const CHAT = asId<ChatId>('c');
const WORKER = asId<WorkerId>('w');
/** Rows of a snapshot: few, so that windows differ. */
const WINDOW = 3;
const FAULT: ChatFault = { message: 'It broke.', kind: 'generic', retryable: true };

/** mulberry32 */
function dice(seed: number): (below: number) => number {
  let state = seed | 0;
  return (below) => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) % below;
  };
}

type Row = Message & { readonly deleted: boolean };

/** The rows and the buffer of one chat, changed as the transitions change them. */
class World {
  readonly buffer = new PartBuffer(silentLog);
  rows: Row[] = [];
  queue: QueuedMessage[] = [];
  agents = new Map<ChatId, ChatSummary>();
  status: ChatStatus = 'waiting';
  owned = false;
  retry: RetryInfo | null = null;
  error: ChatFault | null = null;
  title = 'A chat';
  snapshot = 0;
  history = 0;
  queueVersion = 0;
  retryVersion = 0;
  attempt = 0;
  cut = 0;
  #lastId = 0;
  #writer: EpisodeWriter | null = null;

  /** One transition: every version that it moves is the snapshot's new one. */
  #move(work: () => void): void {
    this.snapshot += 1;
    work();
  }

  #insert(role: Role): void {
    this.history = this.snapshot;
    this.attempt = 0;
    this.#clearRetry();
    this.#writer?.close();
    this.#lastId += 1;
    this.rows.push({
      id: asId<MessageId>(this.#lastId),
      chat_id: CHAT,
      role,
      content: [{ type: 'text', text: `row ${this.#lastId}` }],
      created_at: '',
      model_config_id: null,
      usage: null,
      context_limit: null,
      runtime_ms: null,
      revision: this.snapshot,
      queued_message_id: null,
      visibility: 'both',
      interrupted: false,
      deleted: false,
    });
  }

  #delete(from: number, to: number): void {
    this.rows = this.rows.map((row, i) =>
      i >= from && i < to && !row.deleted ? { ...row, deleted: true, revision: this.snapshot } : row,
    );
    this.cut = this.snapshot;
    this.history = this.snapshot;
  }

  #clearRetry(): void {
    if (this.retry) this.retryVersion = this.snapshot;
    this.retry = null;
  }

  static readonly steps: readonly ((world: World, roll: (below: number) => number) => void)[] = [
    // The person writes, and the chat runs.
    (world) =>
      world.#move(() => {
        if (world.status === 'running') {
          const id = asId<QueuedId>(world.snapshot);
          world.queue = [
            ...world.queue,
            { id, content: [], model_config_id: null, position: 1, created_at: '' },
          ];
          world.queueVersion = world.snapshot;
          return;
        }
        world.#insert('user');
        world.status = 'running';
        world.owned = false;
        world.error = null;
      }),
    // A worker takes it, or hands it back.
    (world) => {
      if (world.status === 'running') world.#move(() => (world.owned = !world.owned));
    },
    // An attempt begins, and words come.
    (world) => {
      if (world.status !== 'running') return;
      world.#move(() => {
        world.owned = true;
        world.attempt += 1;
        world.#clearRetry();
      });
      world.#writer?.close();
      world.#writer = world.buffer.create(CHAT, {
        history_version: world.history,
        generation_attempt: world.attempt,
      });
      world.#writer.add('assistant', { type: 'text', text: 'a' });
    },
    (world, roll) => {
      const call = { tool_call_id: `t${roll(2)}`, tool_name: 'execute' };
      world.#writer?.add('assistant', { type: 'tool-call', ...call, args_delta: '{' });
      world.#writer?.add('tool', { type: 'tool-result', ...call, result_delta: 'b' });
    },
    (world) => world.#writer?.add('assistant', { type: 'text', text: 'c' }),
    // The attempt fails and will be made again.
    (world) => {
      if (world.status !== 'running' || world.attempt === 0) return;
      world.#writer?.discard();
      world.#move(() => {
        world.retry = {
          attempt: world.attempt,
          delay_ms: 1,
          error: 'x',
          retrying_at: `${world.snapshot}`,
          kind: 'timeout',
        };
        world.retryVersion = world.snapshot;
      });
    },
    // A step is committed; the turn ends; it ends in error.
    (world) => {
      if (world.status === 'running' && world.attempt > 0) world.#move(() => world.#insert('assistant'));
    },
    (world, roll) => {
      if (world.status !== 'running') return;
      world.#writer?.close();
      world.#move(() => {
        const fails = roll(3) === 0;
        world.status = fails ? 'error' : 'waiting';
        world.error = fails ? FAULT : null;
        world.owned = false;
        world.attempt = 0;
        world.#clearRetry();
      });
    },
    // An earlier message is edited: all from it on goes.
    (world, roll) => {
      const from = roll(world.rows.length + 1);
      if (from === world.rows.length) return;
      world.#move(() => {
        world.#delete(from, world.rows.length);
        world.#insert('user');
        world.queue = [];
        world.queueVersion = world.snapshot;
        world.status = 'running';
        world.error = null;
      });
    },
    // A row in the middle goes: an undone summary.
    (world, roll) => {
      if (world.status === 'running' || world.rows.length === 0) return;
      const at = roll(world.rows.length);
      if (!world.rows[at]?.deleted) world.#move(() => world.#delete(at, at + 1));
    },
    (world, roll) => world.#move(() => (world.title = `Title ${roll(3)}`)),
    (world, roll) => {
      const id = asId<ChatId>(`agent ${roll(2)}`);
      const known = world.agents.get(id);
      world.agents.set(id, world.#summary(id, (known?.snapshot_version ?? 0) + 1));
    },
  ];

  #summary(id: ChatId, version: number): ChatSummary {
    const { status, error: last_error, retry } = this;
    return {
      id,
      title: this.title,
      status,
      pending: false,
      archived: false,
      workspace_id: null,
      parent_chat_id: null,
      root_chat_id: null,
      last_model_config_id: asId(''),
      asks: 0,
      last_reasoning_effort: null,
      last_error,
      retry,
      activity: null,
      unread: false,
      stopped: false,
      last_read: null,
      pin_order: 0,
      forked_from: null,
      snapshot_version: version,
      created_at: '',
      updated_at: '',
    };
  }

  #facts(): ChatFacts {
    return {
      chatId: CHAT,
      snapshotVersion: this.snapshot,
      historyVersion: this.history,
      queueVersion: this.queueVersion,
      retryStateVersion: this.retryVersion,
      generationAttempt: this.attempt,
      status: this.status,
      archived: false,
      workerId: this.owned ? WORKER : null,
      runnerId: null,
    };
  }

  /** As `loadSync` reads it; without `known` as `loadSnapshot` does. */
  read(known: Known | null): StreamSync {
    const seen = this.rows.filter((row) => !row.deleted);
    const since = known?.facts.historyVersion ?? 0;
    const deletedIds = known
      ? this.rows.filter((row) => row.deleted && row.revision > since).map((row) => row.id)
      : [];
    const cut = deletedIds[0] ?? Number.POSITIVE_INFINITY;
    const from = known?.fromMessageId ?? 0;
    const messages = known
      ? seen.filter((row) => row.id > cut || (row.revision > since && row.id >= from))
      : seen.slice(-WINDOW);
    return {
      facts: this.#facts(),
      summary: this.#summary(CHAT, this.snapshot),
      messages,
      deletedIds,
      cutVersion: this.cut,
      messageCount: seen.length,
      queue: known && this.queueVersion <= known.facts.queueVersion ? null : this.queue,
      calls: [],
      actions: [],
      retry: this.retry,
      error: this.error,
    };
  }
}

/** A subscriber and its window: looks now and then, and folds what it is told. */
class Window {
  view: ChatView | null = null;
  #known: Known | null = null;
  readonly #told = new Map<ChatId, string>();
  readonly #world: World;
  #parts: ReturnType<typeof createPartFollower>;

  constructor(world: World) {
    this.#world = world;
    this.#parts = this.#follower();
  }

  #follower() {
    return createPartFollower(localParts(this.#world.buffer), CHAT, () => undefined);
  }

  look(): void {
    const sync = this.#world.read(this.#known);
    const agents = [...this.#world.agents.values()];
    if (this.#known) {
      for (const event of [...eventsOf(this.#known, sync), ...agentEvents(this.#told, agents)])
        this.#fold(event);
    } else {
      agentEvents(this.#told, agents);
      this.#fold(snapshotEvent(sync, agents));
    }
    this.#known = knownOf(sync, this.#known);
    this.#parts.follow(this.#known);
    this.takeParts();
  }

  takeParts(): void {
    for (let frame = this.#parts.take(); frame; frame = this.#parts.take())
      this.#fold({ type: 'message_part', frame });
  }

  /** The feed is lost and opened again; the window keeps what it shows. */
  reconnect(): void {
    this.#parts.stop();
    this.#parts = this.#follower();
    this.#known = null;
    this.#told.clear();
    this.look();
  }

  close(): void {
    this.#parts.stop();
  }

  #fold(event: StreamEvent): void {
    const next = foldStream(this.view, event);
    if (next === 'gap') throw new Error('a part is missing');
    this.view = next;
  }
}

/** What must be the same: all but the rows above the newer window, and the words of an owner that left. */
function essence({ view }: Window, isSettled: boolean) {
  if (!view) throw new Error('nothing was folded');
  const { messages, live, atTail: _atTail, ...rest } = view;
  return {
    ...rest,
    messages: messages.slice(-WINDOW),
    ...(isSettled ? { parts: live.parts } : {}),
  };
}

function play(seed: number): { told: unknown; fresh: unknown; older: unknown; rows: unknown } {
  const roll = dice(seed);
  const world = new World();
  const window = new Window(world);
  window.look();
  for (let i = 3 + roll(9); i > 0; i -= 1) {
    World.steps[roll(World.steps.length)]?.(world, roll);
    const does = roll(8);
    if (does < 3) window.look();
    else if (does === 3) window.reconnect();
    else if (does === 4) window.takeParts();
  }
  window.look();
  const fresh = new Window(world);
  fresh.look();
  // What an owner that left had said stays in sight until another one begins anew.
  const isSettled = world.status !== 'running' || world.owned;
  window.close();
  fresh.close();
  // However far back its rows go, none is stale and none is missing between them.
  const held = window.view?.messages ?? [];
  const living = world.rows.filter((row) => !row.deleted);
  return {
    told: essence(window, isSettled),
    fresh: essence(fresh, isSettled),
    older: held,
    rows: living.slice(living.length - held.length),
  };
}

/** Deep equality that is quick where both sides hold the same object. */
function isSame(a: unknown, b: unknown): boolean {
  if (a === b) return true;
  if (typeof a !== 'object' || typeof b !== 'object' || a === null || b === null) return false;
  const keys = Object.keys(a);
  if (keys.length !== Object.keys(b).length) return false;
  return keys.every((key) => isSame((a as never)[key], (b as never)[key]));
}

test(`#191 #192 #198 ${SEQUENCES} random lives of a chat fold to what a fresh snapshot folds to`, () => {
  for (let seed = 1; seed <= SEQUENCES; seed += 1) {
    const { told, fresh, older, rows } = play(seed);
    if (isSame(told, fresh) && isSame(older, rows)) continue;
    expect({ seed, ...(told as object) }).toEqual({ seed, ...(fresh as object) });
    expect({ seed, older }).toEqual({ seed, older: rows });
  }
}, 60_000);

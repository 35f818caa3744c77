import { asId, type ChatId, type ModelConfigId, type RunnerId, type WorkerId } from '@shared/model/ids.ts';
import { errorFields } from '../../base/log.ts';
import type { Random } from '../../base/random.ts';
import { createWake } from '../../base/wake.ts';
import { createFileShelf } from '../generation/file-shelf.ts';
import { createOpenCalls } from '../generation/open-calls.ts';
import type { GenerationDeps } from '../generation/ports.ts';
import { generateTitle, wantsTitle } from '../generation/title.ts';
import type { ChatOperations, StepView } from '../machine/types.ts';
import { runChat } from './runner.ts';
import type { TaskDeps } from './task-deps.ts';
import { tendChats } from './tend.ts';

/** How long a chat belongs to a worker that is not heard of, and how often it is heard of. */
export const LEASE_MS = 5 * 60_000;
export const HEARTBEAT_MS = 30_000;
/** Orphans are looked for this often in a lease. */
const LOOKS_A_LEASE = 5;
const ACQUIRED_AT_ONCE = 64;
/** One after another each would wait behind all that the chats at work ask of the database. */
const SIDE_BY_SIDE = 8;

export interface WorkerDeps extends GenerationDeps {
  readonly random: Random;
  readonly workerId: WorkerId;
  /** 30 s on PGlite, where hints are in-process; 1 s on a shared server. */
  readonly acquirePollMs: number;
  readonly leaseMs?: number;
  readonly heartbeatMs?: number;
  /** Chats in folders of other computers are left to these; null: there is one computer only. */
  readonly machineId?: string | null;
  /** Models that cannot be asked from here and perhaps from elsewhere: others come first for their chats. */
  lacking?(): Promise<readonly ModelConfigId[]>;
}

export interface ChatWorker {
  /** Asks the model for a new title, whoever gave the present one; false when none was made. */
  regenerateTitle(chatId: ChatId): Promise<boolean>;
  /** Stops acquiring, cancels runs without error, awaits them and the titles. The chats stay running. */
  close(): Promise<void>;
}

/**
 * Acquires runnable chats and drives each with a runner; beats their hearts (CHATD 3). How many is not limited: what
 * they do is, by slots that are fair among trees, and a runner that waits holds little. A limit here would let
 * parents that wait for their agents keep these out.
 */
export function startWorker(deps: WorkerDeps): ChatWorker {
  return new Worker(deps);
}

interface Run {
  readonly runnerId: RunnerId;
  readonly done: Promise<void>;
  /** Another worker has the chat now: end without touching it. */
  readonly lost: AbortController;
}

class Worker implements ChatWorker {
  readonly #deps: WorkerDeps;
  readonly #leaseMs: number;
  readonly #heartbeatMs: number;
  readonly #tasks: TaskDeps;
  readonly #stopping = new AbortController();
  /** One a chat: an ownership that ends must be over before the next one begins. */
  readonly #runs = new Map<ChatId, Run>();
  /** A chat may have two: that of its turn, and one that the person asks for. */
  readonly #titles = new Set<Promise<unknown>>();
  /** One try per chat and turn: a retry of the answer does not ask for another title. */
  readonly #titled = new Set<ChatId>();
  readonly #bell = createWake();
  readonly #unhint: () => void;
  readonly #loops: readonly Promise<void>[];

  constructor(deps: WorkerDeps) {
    this.#deps = deps;
    this.#leaseMs = deps.leaseMs ?? LEASE_MS;
    this.#heartbeatMs = deps.heartbeatMs ?? HEARTBEAT_MS;
    this.#tasks = {
      ...deps,
      openCalls: createOpenCalls(),
      files: createFileShelf(deps.store),
      startTitle: (view) => this.#startTitle(view),
    };
    this.#unhint = deps.hints.onOwnership(() => this.#bell.poke());
    const lookMs = this.#leaseMs / LOOKS_A_LEASE;
    this.#loops = [
      this.#acquireLoop(Math.min(deps.acquirePollMs, lookMs)),
      this.#heartbeatLoop(),
      tendChats(deps, lookMs, this.#stopping.signal),
    ];
  }

  async close(): Promise<void> {
    this.#stopping.abort();
    this.#unhint();
    // One that was being acquired is among the runs when the loops are over, and is handed back.
    await Promise.all(this.#loops);
    await Promise.all([...this.#runs.values()].map((run) => run.done));
    await Promise.all(this.#titles);
  }

  async regenerateTitle(chatId: ChatId): Promise<boolean> {
    const view = await this.#deps.store.call('loadStep', { chatId });
    if (!view || this.#stopping.signal.aborted) return false;
    return this.#track(generateTitle(this.#deps, view, this.#stopping.signal, { force: true }));
  }

  /** At start, on a hint, and every `pollMs`: what was orphaned later is found, too. */
  async #acquireLoop(pollMs: number): Promise<void> {
    const stop = this.#stopping.signal;
    while (!stop.aborted) {
      await this.#acquireAll().catch((error: unknown) => {
        this.#deps.log.warn('could not acquire chats', errorFields(error));
      });
      await this.#bell.wait(this.#deps.clock, pollMs, stop);
    }
  }

  async #acquireAll(): Promise<void> {
    const { store, workerId, machineId = null } = this.#deps;
    const lacking = store.exclusive ? [] : ((await this.#deps.lacking?.()) ?? []);
    const query = { workerId, machineId, lacking, leaseMs: this.#leaseMs, exclusive: store.exclusive };
    const candidates = await store.call('listCandidates', { ...query, limit: ACQUIRED_AT_ONCE });
    const free = candidates.filter((chatId) => !this.#runs.has(chatId));
    let started = 0;
    for (let at = 0; at < free.length && !this.#stopping.signal.aborted; at += SIDE_BY_SIDE) {
      const some = free.slice(at, at + SIDE_BY_SIDE);
      const acquired = await Promise.all(some.map((chatId) => this.#acquire(chatId, query)));
      started += acquired.filter(Boolean).length;
    }
    if (started > 0) this.#bell.poke();
  }

  /** One that cannot be acquired keeps no other from it. */
  async #acquire(
    chatId: ChatId,
    query: Omit<Parameters<ChatOperations['acquire']>[0], 'chatId' | 'runnerId'>,
  ): Promise<boolean> {
    const runnerId = asId<RunnerId>(this.#deps.random.uuid());
    try {
      const acquired = await this.#deps.store.call('acquire', { ...query, chatId, runnerId });
      if (acquired.ok) this.#start(chatId, runnerId);
      return acquired.ok;
    } catch (error) {
      this.#deps.log.warn('could not acquire a chat', { chatId, ...errorFields(error) });
      return false;
    }
  }

  #start(chatId: ChatId, runnerId: RunnerId): void {
    const lost = new AbortController();
    const signal = AbortSignal.any([this.#stopping.signal, lost.signal]);
    const done = runChat(this.#tasks, { chatId, runnerId }, signal).finally(() => {
      this.#runs.delete(chatId);
      this.#titled.delete(chatId);
      // A message may have come while the runner was leaving.
      this.#bell.poke();
    });
    this.#runs.set(chatId, { runnerId, done, lost });
  }

  async #heartbeatLoop(): Promise<void> {
    const { clock, log } = this.#deps;
    const stop = this.#stopping.signal;
    while (!stop.aborted) {
      await clock.sleep(this.#heartbeatMs, stop).catch(() => undefined);
      if (stop.aborted || this.#runs.size === 0) continue;
      await this.#beat().catch((error: unknown) => log.warn('no heartbeat', errorFields(error)));
    }
  }

  async #beat(): Promise<void> {
    const runners = [...this.#runs].map(([chatId, { runnerId }]) => ({ chatId, runnerId }));
    const lost = await this.#deps.store.call('heartbeat', { runners, leaseMs: this.#leaseMs });
    for (const run of this.#runs.values()) if (lost.includes(run.runnerId)) run.lost.abort();
  }

  #startTitle(view: StepView): void {
    const chatId = view.chat.id;
    if (!wantsTitle(view) || this.#titled.has(chatId)) return;
    this.#titled.add(chatId);
    void this.#track(generateTitle(this.#deps, view, this.#stopping.signal));
  }

  /** Awaited on close. */
  #track(title: Promise<boolean>): Promise<boolean> {
    const job = title
      .catch((error: unknown) => {
        this.#deps.log.warn('title not saved', errorFields(error));
        return false;
      })
      .finally(() => this.#titles.delete(job));
    this.#titles.add(job);
    return job;
  }
}

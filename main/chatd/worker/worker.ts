import { asId, type ChatId, type RunnerId, type WorkerId } from '@shared/model/ids.ts';
import { errorFields } from '../../base/log.ts';
import type { Random } from '../../base/random.ts';
import type { GenerationDeps } from '../generation/ports.ts';
import { generateTitle, wantsTitle } from '../generation/title.ts';
import type { StepView } from '../machine/types.ts';
import { runChat } from './runner.ts';
import type { TaskDeps } from './task.ts';

export const LEASE_MS = 5 * 60_000;
export const HEARTBEAT_MS = 30_000;
/** Chats that one worker drives at once; what they do is limited by slots, this only bounds memory. */
const MAX_RUNNERS = 500;

export interface WorkerDeps extends GenerationDeps {
  readonly random: Random;
  readonly workerId: WorkerId;
  /** 30 s on PGlite, where hints are in-process; 1 s on a shared server. */
  readonly acquirePollMs: number;
}

export interface ChatWorker {
  /** Asks the model for a new title, whoever gave the present one; false when none was made. */
  regenerateTitle(chatId: ChatId): Promise<boolean>;
  /** Stops acquiring, cancels runs without error, awaits them and the titles. The chats stay running. */
  close(): Promise<void>;
}

/** Acquires runnable chats and drives each with a runner; beats their hearts (CHATD 3). */
export function startWorker(deps: WorkerDeps): ChatWorker {
  return new Worker(deps);
}

interface Run {
  readonly chatId: ChatId;
  readonly done: Promise<void>;
  /** Another worker has the chat now: end without touching it. */
  readonly lost: AbortController;
}

class Worker implements ChatWorker {
  readonly #deps: WorkerDeps;
  readonly #tasks: TaskDeps;
  readonly #stopping = new AbortController();
  readonly #runs = new Map<RunnerId, Run>();
  readonly #titles = new Map<ChatId, Promise<unknown>>();
  /** One try per chat and turn: a retry of the answer does not ask for another title. */
  readonly #titled = new Set<ChatId>();
  readonly #bell = createDoorbell();
  readonly #unhint: () => void;
  readonly #loops: readonly Promise<void>[];

  constructor(deps: WorkerDeps) {
    this.#deps = deps;
    this.#tasks = { ...deps, startTitle: (view) => this.#startTitle(view) };
    this.#unhint = deps.hints.onOwnership(() => this.#bell.ring());
    this.#loops = [this.#acquireLoop(), this.#heartbeatLoop()];
  }

  async close(): Promise<void> {
    this.#stopping.abort();
    this.#unhint();
    await Promise.all(this.#loops);
    await Promise.all([...this.#runs.values()].map((run) => run.done));
    await Promise.all(this.#titles.values());
  }

  async regenerateTitle(chatId: ChatId): Promise<boolean> {
    const view = await this.#deps.store.call('loadStep', { chatId });
    if (!view || this.#stopping.signal.aborted) return false;
    return this.#track(chatId, generateTitle(this.#deps, view, this.#stopping.signal, { force: true }));
  }

  async #acquireLoop(): Promise<void> {
    const stop = this.#stopping.signal;
    while (!stop.aborted) {
      const until = AbortSignal.any([stop, this.#bell.listen()]);
      await this.#acquireAll().catch((error: unknown) => {
        this.#deps.log.warn('could not acquire chats', errorFields(error));
      });
      await this.#deps.clock.sleep(this.#deps.acquirePollMs, until).catch(() => undefined);
    }
  }

  async #acquireAll(): Promise<void> {
    const { store, workerId, random } = this.#deps;
    const room = MAX_RUNNERS - this.#runs.size;
    if (room <= 0) return;
    const query = { workerId, leaseMs: LEASE_MS, exclusive: store.exclusive };
    const candidates = await store.call('listCandidates', { ...query, limit: Math.min(room, 64) });
    let started = 0;
    for (const chatId of candidates) {
      if (this.#stopping.signal.aborted) return;
      const runnerId = asId<RunnerId>(random.uuid());
      const acquired = await store.call('acquire', { ...query, chatId, runnerId });
      if (!acquired.ok) continue;
      this.#start(chatId, runnerId);
      started += 1;
    }
    if (started > 0) this.#bell.ring();
  }

  #start(chatId: ChatId, runnerId: RunnerId): void {
    const lost = new AbortController();
    const signal = AbortSignal.any([this.#stopping.signal, lost.signal]);
    const done = runChat(this.#tasks, { chatId, runnerId }, signal).finally(() => {
      this.#runs.delete(runnerId);
      this.#titled.delete(chatId);
      // A message may have come while the runner was leaving.
      this.#bell.ring();
    });
    this.#runs.set(runnerId, { chatId, done, lost });
  }

  async #heartbeatLoop(): Promise<void> {
    const { store, clock, log } = this.#deps;
    const stop = this.#stopping.signal;
    while (!stop.aborted) {
      await clock.sleep(HEARTBEAT_MS, stop).catch(() => undefined);
      if (stop.aborted || this.#runs.size === 0) continue;
      const runners = [...this.#runs].map(([runnerId, { chatId }]) => ({ chatId, runnerId }));
      const lost = await store.call('heartbeat', { runners, leaseMs: LEASE_MS }).catch((error: unknown) => {
        log.warn('no heartbeat', errorFields(error));
        return [];
      });
      for (const runnerId of lost) this.#runs.get(runnerId)?.lost.abort();
    }
  }

  #startTitle(view: StepView): void {
    const chatId = view.chat.id;
    if (!wantsTitle(view) || this.#titled.has(chatId)) return;
    this.#titled.add(chatId);
    void this.#track(chatId, generateTitle(this.#deps, view, this.#stopping.signal));
  }

  /** Awaited on close. */
  #track(chatId: ChatId, title: Promise<boolean>): Promise<boolean> {
    const job = title
      .catch((error: unknown) => {
        this.#deps.log.warn('title not saved', errorFields(error));
        return false;
      })
      .finally(() => {
        if (this.#titles.get(chatId) === job) this.#titles.delete(chatId);
      });
    this.#titles.set(chatId, job);
    return job;
  }
}

/** `listen` before looking: a ring from then on ends the wait, also one that comes before it. */
function createDoorbell(): { ring(): void; listen(): AbortSignal } {
  let bell = new AbortController();
  return {
    ring: () => bell.abort(),
    listen() {
      bell = new AbortController();
      return bell.signal;
    },
  };
}

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
  /** Stops acquiring, cancels runs without error, awaits them and the titles. The chats stay running. */
  close(): Promise<void>;
}

/** Acquires runnable chats and drives each with a runner; beats their hearts (CHATD 3). */
export function startWorker(deps: WorkerDeps): ChatWorker {
  const stopping = new AbortController();
  const runs = new Map<RunnerId, { chatId: ChatId; done: Promise<void>; lost: AbortController }>();
  const titles = new Map<ChatId, Promise<void>>();
  const wake = createDoorbell();
  const unhint = deps.hints.onOwnership(() => wake.ring());

  const taskDeps: TaskDeps = {
    ...deps,
    startTitle(view: StepView) {
      if (!wantsTitle(view) || titles.has(view.chat.id)) return;
      const job = generateTitle(deps, view, stopping.signal)
        .catch((error: unknown) => deps.log.warn('title not saved', errorFields(error)))
        .finally(() => titles.delete(view.chat.id));
      titles.set(view.chat.id, job);
    },
  };

  async function acquireAll(): Promise<void> {
    const room = MAX_RUNNERS - runs.size;
    if (room <= 0) return;
    const query = { workerId: deps.workerId, leaseMs: LEASE_MS, exclusive: deps.store.exclusive };
    const candidates = await deps.store.call('listCandidates', { ...query, limit: Math.min(room, 64) });
    let started = 0;
    for (const chatId of candidates) {
      if (stopping.signal.aborted) return;
      const runnerId = asId<RunnerId>(deps.random.uuid());
      const acquired = await deps.store.call('acquire', { ...query, chatId, runnerId });
      if (!acquired.ok) continue;
      start(chatId, runnerId);
      started += 1;
    }
    if (started > 0) wake.ring();
  }

  function start(chatId: ChatId, runnerId: RunnerId): void {
    const lost = new AbortController();
    const signal = AbortSignal.any([stopping.signal, lost.signal]);
    const done = runChat(taskDeps, { chatId, runnerId }, signal).finally(() => {
      runs.delete(runnerId);
      // A message may have come while the runner was leaving.
      if (!stopping.signal.aborted) wake.ring();
    });
    runs.set(runnerId, { chatId, done, lost });
  }

  async function acquireLoop(): Promise<void> {
    while (!stopping.signal.aborted) {
      await acquireAll().catch((error: unknown) =>
        deps.log.warn('could not acquire chats', errorFields(error)),
      );
      const slept = deps.clock.sleep(deps.acquirePollMs, AbortSignal.any([stopping.signal, wake.rung()]));
      await slept.catch(() => undefined);
    }
  }

  async function heartbeatLoop(): Promise<void> {
    while (!stopping.signal.aborted) {
      await deps.clock.sleep(HEARTBEAT_MS, stopping.signal).catch(() => undefined);
      if (stopping.signal.aborted || runs.size === 0) continue;
      const runners = [...runs].map(([runnerId, { chatId }]) => ({ chatId, runnerId }));
      const lost = await deps.store
        .call('heartbeat', { runners, leaseMs: LEASE_MS })
        .catch((error: unknown) => {
          deps.log.warn('no heartbeat', errorFields(error));
          return [];
        });
      for (const runnerId of lost) runs.get(runnerId)?.lost.abort();
    }
  }

  const loops = [acquireLoop(), heartbeatLoop()];
  return {
    async close() {
      stopping.abort();
      unhint();
      await Promise.all(loops);
      await Promise.all([...runs.values()].map((run) => run.done));
      await Promise.all(titles.values());
    },
  };
}

/** A ring that comes before the wait is not lost; several are one. */
function createDoorbell(): { ring(): void; rung(): AbortSignal } {
  let pending = false;
  let waiting: AbortController | null = null;
  return {
    ring() {
      if (waiting) waiting.abort();
      else pending = true;
      waiting = null;
    },
    rung() {
      const bell = new AbortController();
      if (pending) bell.abort();
      else waiting = bell;
      pending = false;
      return bell.signal;
    },
  };
}

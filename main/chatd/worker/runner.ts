import type { ChatId, RunnerId } from '@shared/model/ids.ts';
import { errorFields } from '../../base/log.ts';
import { createWake, type Wake } from '../../base/wake.ts';
import { DatabaseFault } from '../../db/fault.ts';
import { Interrupted } from '../../tools/interrupted.ts';
import { ShuttingDown, Superseded } from '../generation/reasons.ts';
import type { ChatFacts, Fence, StepView } from '../machine/types.ts';
import { bugFault, fail } from './endings.ts';
import { generationTask, interruptTask } from './task.ts';
import type { TaskDeps, TaskEnd } from './task-deps.ts';

/** A lost hint is healed after this long. */
const SYNC_MS = 30_000;
const PAUSES_MS = [200, 400, 1_000, 5_000, 15_000, 30_000] as const;
/** From here on whoever looks at the window again should hear of it. */
const LONG_PAUSE_MS = 15_000;
/** Shutdown waits for no database that is gone. */
const TRIES_AT_SHUTDOWN = 3;
const HAND_BACK_PAUSES_MS = [200, 400] as const;

interface Owned {
  readonly chatId: ChatId;
  readonly runnerId: RunnerId;
}

/**
 * Drives one chat for one ownership period (CHATD 3.5):
 *
 *   look ─ not ours / gone ──────────────▶ leave, write nothing
 *    ▲ │─ archived, waiting, error, A ───▶ abandon
 *    │ │─ running ──▶ generation task ─┐   a newer status, history or owner cancels it
 *    │ └─ interrupting ▶ interrupt task┤
 *    └──────── again ──────────────────┘   shutdown cancels it and abandons: the chat stays running
 *
 * An interrupt is carried out in spite of a shutdown: only this process knows the words that were said.
 *
 * Never rejects. Cleanup cannot be cancelled.
 */
export async function runChat(deps: TaskDeps, owned: Owned, shutdown: AbortSignal): Promise<void> {
  await drive(deps, owned, shutdown);
  deps.parts.release(owned.chatId);
}

async function drive(deps: TaskDeps, owned: Owned, shutdown: AbortSignal): Promise<void> {
  for (let troubles = 0; ; ) {
    try {
      const next = await step(deps, owned, shutdown);
      if (next === 'leave') return;
      troubles = 0;
    } catch (error) {
      if (isClosed(error)) return;
      const pauseMs = PAUSES_MS[Math.min(troubles, PAUSES_MS.length - 1)] ?? 30_000;
      report(deps, owned.chatId, error, { isFirst: troubles === 0, pauseMs });
      troubles += 1;
      await deps.clock.sleep(pauseMs, shutdown).catch(() => undefined);
      if (shutdown.aborted && troubles >= TRIES_AT_SHUTDOWN) return handBack(deps, owned);
    }
  }
}

/**
 * Shutdown met a chat in trouble. The next worker shall have it at once, not after the lease: nothing cancels this,
 * and it ends by itself after a few tries.
 */
async function handBack(deps: TaskDeps, owned: Owned): Promise<void> {
  for (const pauseMs of [...HAND_BACK_PAUSES_MS, null]) {
    try {
      await deps.store.call('abandon', owned);
      return;
    } catch (error) {
      if (isClosed(error)) return;
      deps.log.warn('a chat was not handed back', { ...owned, ...errorFields(error) });
      if (pauseMs !== null) await deps.clock.sleep(pauseMs);
    }
  }
}

function isClosed(error: unknown): boolean {
  return error instanceof DatabaseFault && error.code === 'closed';
}

/** What stops a step, other than its own outcome: the database refuses, or a bug. The chat waits and tries again. */
function report(
  deps: TaskDeps,
  chatId: ChatId,
  error: unknown,
  { isFirst, pauseMs }: { isFirst: boolean; pauseMs: number },
): void {
  if (error instanceof DatabaseFault) {
    if (isFirst || pauseMs >= LONG_PAUSE_MS) deps.onRefused?.(error.code);
    deps.log.warn('database refused, the chat waits', { chatId, code: error.code, pauseMs });
  } else {
    deps.log.error('a step failed, the chat waits', { chatId, pauseMs, ...errorFields(error) });
  }
}

async function step(deps: TaskDeps, owned: Owned, shutdown: AbortSignal): Promise<TaskEnd> {
  const ear = listenTo(deps, owned.chatId);
  try {
    const view = await deps.store.call('loadStep', { chatId: owned.chatId });
    if (!view || view.facts.runnerId !== owned.runnerId) return 'leave';
    const { status, historyVersion, archived } = view.facts;
    const fence: Fence = { ...owned, historyVersion, status };
    if (status === 'interrupting' && !archived) return await interruptTask(deps, view.facts, fence);
    if (status !== 'running' || archived || shutdown.aborted) {
      await deps.store.call('abandon', owned);
      return 'leave';
    }
    return await runCancellable(deps, { view, fence, ear }, shutdown);
  } finally {
    ear.stop();
  }
}

/** What is heard of the chat from before it is looked at, so that nothing falls between the look and its task. */
interface Ear {
  /** Tells what was heard so far, and from here on what is. */
  to(listener: (facts: ChatFacts) => void): void;
  stop(): void;
}

function listenTo(deps: TaskDeps, chatId: ChatId): Ear {
  const early: ChatFacts[] = [];
  let tell = (facts: ChatFacts): void => {
    early.push(facts);
  };
  const stop = deps.hints.onChat(chatId, (facts) => tell(facts));
  return {
    to(listener) {
      tell = listener;
      for (const facts of early) listener(facts);
    },
    stop,
  };
}

/** The generation task under a signal that hints, the safety poll and shutdown can abort. */
async function runCancellable(
  deps: TaskDeps,
  { view, fence, ear }: { readonly view: StepView; readonly fence: Fence; readonly ear: Ear },
  shutdown: AbortSignal,
): Promise<TaskEnd> {
  const task = new AbortController();
  const onFacts = (seen: ChatFacts | null) => {
    if (seen && seen.snapshotVersion <= view.facts.snapshotVersion) return;
    const reason = cancelReason(fence, seen);
    if (reason) task.abort(reason);
  };
  ear.to(onFacts);
  const wake = createWake();
  const unlost = deps.hints.onLost(() => wake.poke());
  const onShutdown = () => task.abort(new ShuttingDown());
  shutdown.addEventListener('abort', onShutdown, { once: true });
  const poll = pollFacts(deps, { chatId: fence.chatId, onFacts, wake }, task.signal);
  try {
    return await generationTask(deps, view, fence, task.signal);
  } catch (error) {
    if (task.signal.aborted || error instanceof DatabaseFault) {
      if (error instanceof DatabaseFault) throw error;
      return 'again';
    }
    return await fail(deps, fence, bugFault(deps, fence, error));
  } finally {
    ear.stop();
    unlost();
    shutdown.removeEventListener('abort', onShutdown);
    task.abort(new Superseded());
    await poll;
  }
}

function cancelReason(fence: Fence, seen: ChatFacts | null): Error | null {
  if (!seen || seen.runnerId !== fence.runnerId) return new Superseded();
  if (seen.status === 'interrupting') return new Interrupted();
  if (seen.status !== fence.status || seen.historyVersion !== fence.historyVersion) return new Superseded();
  return null;
}

interface Poll {
  readonly chatId: ChatId;
  readonly wake: Wake;
  onFacts(facts: ChatFacts | null): void;
}

/** Looks at the chat now and then, and at once when hints were missed. */
async function pollFacts(
  deps: TaskDeps,
  { chatId, wake, onFacts }: Poll,
  signal: AbortSignal,
): Promise<void> {
  while (!signal.aborted) {
    await wake.wait(deps.clock, SYNC_MS, signal);
    if (signal.aborted) return;
    try {
      onFacts(await deps.store.call('loadFacts', { chatId }));
    } catch (error) {
      deps.log.warn('runner could not look at its chat', { chatId, ...errorFields(error) });
    }
  }
}

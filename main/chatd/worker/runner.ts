import type { ChatId, RunnerId } from '@shared/model/ids.ts';
import { errorFields } from '../../base/log.ts';
import { DatabaseFault } from '../../db/fault.ts';
import { Interrupted } from '../../tools/interrupted.ts';
import { ShuttingDown, Superseded } from '../generation/reasons.ts';
import type { ChatFacts, Fence } from '../machine/types.ts';
import { bugFault, fail, generationTask, interruptTask, type TaskDeps, type TaskEnd } from './task.ts';

/** A lost hint is healed after this long. */
const SYNC_MS = 30_000;
const PAUSES_MS = [200, 400, 1_000, 5_000, 15_000, 30_000] as const;
/** From here on whoever looks at the window again should hear of it. */
const LONG_PAUSE_MS = 15_000;

/**
 * Drives one chat for one ownership period (CHATD 3.5):
 *
 *   look ─ not ours / gone ──────────────▶ leave, write nothing
 *    ▲ │─ archived, waiting, error, A ───▶ abandon
 *    │ │─ running ──▶ generation task ─┐   a newer status, history or owner cancels it
 *    │ └─ interrupting ▶ interrupt task┤
 *    └──────── again ──────────────────┘   shutdown cancels it and abandons: the chat stays running
 *
 * Never rejects. Cleanup cannot be cancelled.
 */
export async function runChat(
  deps: TaskDeps,
  owned: { readonly chatId: ChatId; readonly runnerId: RunnerId },
  shutdown: AbortSignal,
): Promise<void> {
  for (let troubles = 0; ; ) {
    try {
      const next = await step(deps, owned, shutdown);
      if (next === 'leave') break;
      troubles = 0;
    } catch (error) {
      if (error instanceof DatabaseFault && error.code === 'closed') break;
      const pauseMs = PAUSES_MS[Math.min(troubles, PAUSES_MS.length - 1)] ?? 30_000;
      report(deps, owned.chatId, error, { isFirst: troubles === 0, pauseMs });
      troubles += 1;
      await deps.clock.sleep(pauseMs, shutdown).catch(() => undefined);
      if (shutdown.aborted) break;
    }
  }
  deps.parts.release(owned.chatId);
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

async function step(
  deps: TaskDeps,
  owned: { chatId: ChatId; runnerId: RunnerId },
  shutdown: AbortSignal,
): Promise<TaskEnd> {
  const facts = await deps.store.call('loadFacts', { chatId: owned.chatId });
  if (!facts || facts.runnerId !== owned.runnerId) return 'leave';
  const active = facts.status === 'running' || facts.status === 'interrupting';
  if (facts.archived || !active || shutdown.aborted) {
    await deps.store.call('abandon', owned);
    return 'leave';
  }
  const { status, historyVersion } = facts;
  const fence: Fence = { ...owned, historyVersion, status };
  if (status === 'interrupting') return interruptTask(deps, facts, fence);
  return await runCancellable(deps, facts, fence, shutdown);
}

/** The generation task under a signal that hints, the safety poll and shutdown can abort. */
async function runCancellable(
  deps: TaskDeps,
  facts: ChatFacts,
  fence: Fence,
  shutdown: AbortSignal,
): Promise<TaskEnd> {
  const task = new AbortController();
  const onFacts = (seen: ChatFacts | null) => {
    if (seen && seen.snapshotVersion <= facts.snapshotVersion) return;
    const reason = cancelReason(fence, seen);
    if (reason) task.abort(reason);
  };
  const unhint = deps.hints.onChat(fence.chatId, onFacts);
  const onShutdown = () => task.abort(new ShuttingDown());
  shutdown.addEventListener('abort', onShutdown, { once: true });
  const poll = pollFacts(deps, fence.chatId, onFacts, task.signal);
  try {
    return await generationTask(deps, facts, fence, task.signal);
  } catch (error) {
    if (task.signal.aborted || error instanceof DatabaseFault) {
      if (error instanceof DatabaseFault) throw error;
      return 'again';
    }
    return await fail(deps, fence, bugFault(deps, fence, error));
  } finally {
    unhint();
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

async function pollFacts(
  deps: TaskDeps,
  chatId: ChatId,
  onFacts: (facts: ChatFacts | null) => void,
  signal: AbortSignal,
): Promise<void> {
  while (!signal.aborted) {
    try {
      await deps.clock.sleep(SYNC_MS, signal);
      onFacts(await deps.store.call('loadFacts', { chatId }));
    } catch (error) {
      if (!signal.aborted)
        deps.log.warn('runner could not look at its chat', { chatId, ...errorFields(error) });
    }
  }
}

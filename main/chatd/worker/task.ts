import type { ChatFault, RetryInfo } from '@shared/model/fault.ts';
import { errorFields } from '../../base/log.ts';
import { ModelError } from '../../models/port.ts';
import { retryDelayMs } from '../../models/retry.ts';
import { decide } from '../generation/decide.ts';
import { generateAssistant } from '../generation/generate.ts';
import { held } from '../generation/held.ts';
import { partialMessages } from '../generation/interrupt.ts';
import type { GenerationDeps } from '../generation/ports.ts';
import { runTools } from '../generation/run-tools.ts';
import type { ChatFacts, Fence, StepView } from '../machine/types.ts';

/** What the runner does next: look again, or leave (the chat went on without us, or nothing is to be done). */
export type TaskEnd = 'again' | 'leave';

export interface TaskDeps extends GenerationDeps {
  /** Starts the background title once a chat wants one. Never throws. */
  startTitle(view: StepView): void;
}

/**
 * One action for a running chat: decide over committed history, do it, commit. Throws the signal's reason when
 * cancelled, DatabaseFault when the database cannot; everything else ends in the chat's own error.
 */
export async function generationTask(
  deps: TaskDeps,
  facts: ChatFacts,
  fence: Fence,
  signal: AbortSignal,
): Promise<TaskEnd> {
  const view = await deps.store.call('loadStep', { chatId: facts.chatId });
  signal.throwIfAborted();
  if (
    !view ||
    view.facts.runnerId !== fence.runnerId ||
    view.facts.historyVersion !== fence.historyVersion
  ) {
    return 'again';
  }
  if (view.retry) {
    const waited = await waitForRetry(deps, view, view.retry, signal);
    if (waited === 'look-again') return 'again';
  }
  deps.startTitle(view);
  try {
    return await act(deps, view, fence, signal);
  } catch (error) {
    if (signal.aborted) throw signal.reason;
    if (!(error instanceof ModelError)) throw error;
    return await handleModelError(deps, fence, error);
  }
}

async function act(deps: TaskDeps, view: StepView, fence: Fence, signal: AbortSignal): Promise<TaskEnd> {
  const decision = decide(view);
  switch (decision.kind) {
    case 'generate': {
      const end = await generateAssistant(deps, view, fence, signal);
      if (end.kind === 'empty') return finish(deps, fence);
      if (end.kind === 'cut') {
        return fail(deps, { ...fence, historyVersion: end.historyVersion }, cutFault(end.reason));
      }
      return 'again';
    }
    case 'run-tools':
      await runTools(deps, { view, calls: decision.calls, fence }, signal);
      return 'again';
    case 'commit-results':
      held(await deps.store.call('commitResults', fence));
      return 'again';
    case 'ask': {
      const asked = await deps.store.call('enterRequiresAction', fence);
      // Refused when the person answered in the meantime: then there is something to run.
      if (asked.ok) deps.onAttention(fence.chatId, 'asks');
      return asked.ok ? 'leave' : 'again';
    }
    case 'finish':
      return finish(deps, fence);
  }
}

async function finish(deps: TaskDeps, fence: Fence): Promise<TaskEnd> {
  const ended = held(await deps.store.call('finishTurn', fence));
  if (ended && !ended.value.promoted) deps.onAttention(fence.chatId, 'finished');
  return 'again';
}

/** Sleeps until the time in the row. A newer retry state ("Retry now") or the end of the wait wakes it. */
async function waitForRetry(
  deps: TaskDeps,
  view: StepView,
  retry: RetryInfo,
  signal: AbortSignal,
): Promise<'go' | 'look-again'> {
  const leftMs = Date.parse(retry.retrying_at) - deps.clock.now();
  if (leftMs <= 0) return 'go';
  const changed = new AbortController();
  const unhint = deps.hints.onChat(view.chat.id, (facts) => {
    if (facts.retryStateVersion > view.facts.retryStateVersion) changed.abort();
  });
  try {
    await deps.clock.sleep(leftMs, AbortSignal.any([signal, changed.signal]));
    return 'go';
  } catch (error) {
    if (changed.signal.aborted && !signal.aborted) return 'look-again';
    throw error;
  } finally {
    unhint();
  }
}

async function handleModelError(deps: TaskDeps, fence: Fence, error: ModelError): Promise<TaskEnd> {
  if (!error.retryable) return fail(deps, fence, faultOf(error));
  // The attempt that failed is in the row; a failure before the attempt counts as its first.
  const facts = await deps.store.call('loadFacts', { chatId: fence.chatId });
  if (!facts || facts.runnerId !== fence.runnerId || facts.historyVersion !== fence.historyVersion)
    return 'again';
  const attempt = Math.max(1, facts.generationAttempt);
  const delayMs = Math.max(retryDelayMs(attempt - 1), error.retryAfterMs ?? 0);
  const retry: RetryInfo = {
    attempt,
    delay_ms: delayMs,
    error: error.message,
    retrying_at: new Date(deps.clock.now() + delayMs).toISOString(),
    kind: error.kind,
    provider: error.provider,
    ...(error.statusCode === null ? {} : { status_code: error.statusCode }),
  };
  const recorded = await deps.store.call('recordRetry', { ...fence, retry });
  // Before its first attempt a chat cannot wait for another one.
  if (!recorded.ok && recorded.error.kind === 'invalid') return fail(deps, fence, faultOf(error));
  const { kind, detail } = error;
  deps.log.info('model call will be retried', { chatId: fence.chatId, kind, detail, attempt, delayMs });
  return 'again';
}

export async function fail(deps: TaskDeps, fence: Fence, fault: ChatFault): Promise<TaskEnd> {
  const failed = held(await deps.store.call('finishError', { ...fence, fault }));
  if (failed) deps.onAttention(fence.chatId, 'failed');
  return 'again';
}

/** The words are kept, but the turn did not end by itself: the person decides how it goes on. */
function cutFault(reason: 'length' | 'content-filter'): ChatFault {
  const message =
    reason === 'length'
      ? 'The answer reached the output limit and was cut. Send “continue” to let it go on.'
      : 'The provider’s content filter ended the answer. Change the request and send it again.';
  return { message, kind: 'generic', retryable: false };
}

function faultOf(error: ModelError): ChatFault {
  return {
    message: error.message,
    kind: error.kind,
    retryable: error.retryable,
    provider: error.provider,
    ...(error.detail === null ? {} : { detail: error.detail }),
    ...(error.statusCode === null ? {} : { status_code: error.statusCode }),
  };
}

/** A bug fails one chat, loudly, and nothing else. */
export function bugFault(deps: TaskDeps, fence: Fence, error: unknown): ChatFault {
  deps.log.error('chat processing failed', { chatId: fence.chatId, ...errorFields(error) });
  return {
    message: 'The chat request failed unexpectedly.',
    detail: (error instanceof Error ? error.message : String(error)).slice(0, 500),
    kind: 'generic',
    retryable: false,
  };
}

/** The person stopped the chat: what was said so far becomes history (CHATD 3.10). */
export async function interruptTask(deps: TaskDeps, facts: ChatFacts, fence: Fence): Promise<TaskEnd> {
  const frames = deps.parts.closeHistory(facts.chatId, facts.historyVersion);
  held(await deps.store.call('finishInterruption', { ...fence, messages: partialMessages(frames) }));
  return 'again';
}

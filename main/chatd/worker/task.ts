import type { ActionRequest } from '@shared/model/chat.ts';
import type { RetryInfo } from '@shared/model/fault.ts';
import type { ToolCallPart } from '@shared/model/part.ts';
import { failpoint } from '../../base/failpoints.ts';
import { ModelError } from '../../models/port.ts';
import { retryDelayMs } from '../../models/retry.ts';
import { type Decision, decide, MAX_STEPS } from '../generation/decide.ts';
import { held } from '../generation/held.ts';
import { partialMessages } from '../generation/interrupt.ts';
import { interruptedCost } from '../generation/open-calls.ts';
import { runTools } from '../generation/run-tools.ts';
import { type ChatFacts, type Fence, LOOP_TIMES, type StepView } from '../machine/types.ts';
import { ask, fail, faultOf, finish } from './endings.ts';
import { modelStep } from './model-step.ts';
import type { TaskDeps, TaskEnd } from './task-deps.ts';

/**
 * One action for a running chat: decide over committed history, do it, commit. Throws the signal's reason when
 * cancelled, DatabaseFault when the database cannot; everything else ends in the chat's own error.
 */
export async function generationTask(
  deps: TaskDeps,
  view: StepView,
  fence: Fence,
  signal: AbortSignal,
): Promise<TaskEnd> {
  signal.throwIfAborted();
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
    return await handleModelError(deps, view, fence, error);
  }
}

async function act(deps: TaskDeps, view: StepView, fence: Fence, signal: AbortSignal): Promise<TaskEnd> {
  const { polls, waits, endsTurn } = deps.toolbox;
  const decision = decide(view, { maxSteps: deps.maxSteps ?? MAX_STEPS, polls, waits, endsTurn });
  switch (decision.kind) {
    case 'generate':
      return modelStep(deps, { view, fence }, 'answer', signal);
    case 'compact':
      return modelStep(deps, { view, fence }, 'summary', signal);
    case 'run-tools': {
      const ran = await runTools(deps, { view, calls: decision.calls, fence }, signal);
      return ran === 'settled' ? commitResults(deps, view, fence) : 'again';
    }
    case 'commit-results':
      return commitResults(deps, view, fence);
    case 'ask':
      return ask(deps, fence, decision);
    case 'loop':
      return ask(deps, fence, { action: loopAction(deps, view, decision) });
    case 'fail':
      return fail(deps, fence, decision.fault);
    case 'finish':
      return finish(deps, fence);
  }
}

async function commitResults(deps: TaskDeps, { calls }: StepView, fence: Fence): Promise<TaskEnd> {
  failpoint('before-commit-results', calls[0]?.tool);
  held(await deps.store.call('commitResults', fence));
  failpoint('after-commit-results', calls[0]?.tool);
  return 'again';
}

function loopAction(
  deps: TaskDeps,
  { tail }: StepView,
  { tool, messageId }: Extract<Decision, { kind: 'loop' }>,
): ActionRequest {
  const parts = tail.find((m) => m.id === messageId)?.content ?? [];
  const call = parts.findLast((p): p is ToolCallPart => p.type === 'tool-call' && p.tool_name === tool);
  const subject = deps.toolbox.subject(tool, call?.args ?? {});
  return { kind: 'loop', tool, subject, times: LOOP_TIMES, message_id: messageId };
}

/** A "Retry now" whose hint was lost, or came while the row was being read, is seen after this long. */
const RETRY_LOOK_MS = 10_000;

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
    const pauseMs = Math.min(leftMs, RETRY_LOOK_MS);
    await deps.clock.sleep(pauseMs, AbortSignal.any([signal, changed.signal]));
    return pauseMs < leftMs ? 'look-again' : 'go';
  } catch (error) {
    if (changed.signal.aborted && !signal.aborted) return 'look-again';
    throw error;
  } finally {
    unhint();
  }
}

async function handleModelError(
  deps: TaskDeps,
  view: StepView,
  fence: Fence,
  error: ModelError,
): Promise<TaskEnd> {
  if (!error.retryable) return fail(deps, fence, faultOf(error));
  // The attempt that failed is in the row; a failure before the attempt counts as its first.
  const facts = await deps.store.call('loadFacts', { chatId: fence.chatId });
  if (!facts || facts.runnerId !== fence.runnerId || facts.historyVersion !== fence.historyVersion)
    return 'again';
  const attempt = Math.max(1, facts.generationAttempt);
  const maxRetries = await loadMaxRetries(deps, view);
  if (maxRetries !== null && attempt > maxRetries) return fail(deps, fence, faultOf(error));
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

/** An option of the model's configuration (CHATD decision 2); null: no limit. */
async function loadMaxRetries(deps: TaskDeps, view: StepView): Promise<number | null> {
  try {
    return (await deps.resolveModel(view.chat.modelConfigId)).maxRetries;
  } catch (error) {
    if (error instanceof ModelError) return null;
    throw error;
  }
}

/** The person stopped the chat: what was said so far becomes history (CHATD 3.10), and is paid for. */
export async function interruptTask(deps: TaskDeps, facts: ChatFacts, fence: Fence): Promise<TaskEnd> {
  const { chatId, historyVersion } = facts;
  const frames = deps.parts.closeHistory(chatId, historyVersion);
  const call = deps.openCalls.take(chatId, historyVersion);
  const cost = interruptedCost(
    call,
    frames.map((frame) => frame.part),
  );
  const messages = partialMessages(frames);
  held(await deps.store.call('finishInterruption', { ...fence, messages, costMicros: cost }));
  return 'again';
}

import type { CompactionSource } from '@shared/model/compaction.ts';
import { ModelError } from '../../models/port.ts';
import { compact } from '../generation/compact.ts';
import { isCompactable, roomLeft } from '../generation/context-use.ts';
import { generateAssistant } from '../generation/generate.ts';
import { type ModelStep, prepared } from '../generation/open-attempt.ts';
import type { Fence, StepView } from '../machine/types.ts';
import { ask, cutFault, EMPTY_SUMMARY, fail, faultOf, finish, STILL_OVER, TOO_SHORT } from './endings.ts';
import type { TaskDeps, TaskEnd } from './task-deps.ts';

/** A step that asks the model: for the next answer, or first for a summary of all before it. */
export async function modelStep(
  deps: TaskDeps,
  at: { readonly view: StepView; readonly fence: Fence },
  wanted: 'answer' | 'summary',
  signal: AbortSignal,
): Promise<TaskEnd> {
  const resolve = () => deps.resolveModel(at.view.chat.modelConfigId);
  const step: ModelStep = { ...at, signal, ready: await prepared(deps, signal, resolve) };
  if (wanted === 'summary') return summarise(deps, step, 'manual');
  switch (roomLeft(at.view, step.ready)) {
    case 'compact':
      return summarise(deps, step, 'automatic');
    case 'still-over':
      return fail(deps, at.fence, STILL_OVER);
    case 'enough':
      return answer(deps, step);
  }
}

async function answer(deps: TaskDeps, step: ModelStep): Promise<TaskEnd> {
  const { fence } = step;
  try {
    const end = await generateAssistant(deps, step);
    if (end.kind === 'over-budget') return await ask(deps, fence, { action: end.action });
    if (end.kind === 'empty') return await finish(deps, fence);
    if (end.kind !== 'cut') return 'again';
    return await fail(deps, { ...fence, historyVersion: end.historyVersion }, cutFault(end.reason));
  } catch (error) {
    if (step.signal.aborted || !isFull(error) || !mayCompact(step)) throw error;
    deps.log.info('the conversation is too long for its model', { chatId: fence.chatId });
    // A call that was refused costs nothing: what was reserved for it is free again.
    await deps.store.call('recordRetry', { ...fence, retry: null });
    return summarise(deps, step, 'automatic', error);
  }
}

function isFull(error: unknown): error is ModelError {
  return error instanceof ModelError && error.kind === 'context_full';
}

/** Once: after a summary there must be an answer before there is another one. */
function mayCompact({ view }: ModelStep): boolean {
  return !view.chat.compactionHeld && isCompactable(view);
}

/** `full`: what the server said to the prompt as it is. */
async function summarise(
  deps: TaskDeps,
  step: ModelStep,
  source: CompactionSource,
  full: ModelError | null = null,
): Promise<TaskEnd> {
  const end = await compact(deps, step, { source, wasRefused: full !== null });
  if (end.kind === 'over-budget') return ask(deps, step.fence, { action: end.action });
  if (end.kind !== 'useless') return 'again';
  const tooLong = full ? faultOf(full) : source === 'manual' ? TOO_SHORT : STILL_OVER;
  return fail(deps, step.fence, end.why === 'empty' ? EMPTY_SUMMARY : tooLong, end.costMicros);
}

import type { ActionRequest } from '@shared/model/chat.ts';
import type { ChatFault } from '@shared/model/fault.ts';
import { errorFields } from '../../base/log.ts';
import type { ModelError } from '../../models/port.ts';
import { held } from '../generation/held.ts';
import type { Fence } from '../machine/types.ts';
import type { TaskDeps, TaskEnd } from './task-deps.ts';

/** The turn is over; with a queue its head is next. */
export async function finish(deps: TaskDeps, fence: Fence): Promise<TaskEnd> {
  const ended = held(await deps.store.call('finishTurn', fence));
  if (ended && !ended.value.promoted) deps.onAttention(fence.chatId, 'finished');
  return 'again';
}

/** `costMicros`: of a call that was answered; left out, what was reserved is free again. */
export async function fail(
  deps: TaskDeps,
  fence: Fence,
  fault: ChatFault,
  costMicros?: number | null,
): Promise<TaskEnd> {
  const cost = costMicros === undefined ? {} : { costMicros };
  const failed = held(await deps.store.call('finishError', { ...fence, fault, ...cost }));
  if (failed) deps.onAttention(fence.chatId, 'failed');
  return 'again';
}

/** Gives the chat up until somebody answers: to the gated calls, to an action of ours, or with client results. */
export async function ask(
  deps: TaskDeps,
  fence: Fence,
  what: { readonly action?: ActionRequest; readonly deadlineMs?: number | null },
): Promise<TaskEnd> {
  const { action, deadlineMs } = what;
  const asked = await deps.store.call('enterRequiresAction', {
    ...fence,
    ...(action ? { action } : {}),
    ...(typeof deadlineMs === 'number' ? { deadlineMs } : {}),
  });
  // Refused when the answer came in the meantime: then there is something to do.
  if (asked.ok) deps.onAttention(fence.chatId, 'asks');
  return asked.ok ? 'leave' : 'again';
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

export function faultOf(error: ModelError): ChatFault {
  return {
    message: error.message,
    kind: error.kind,
    retryable: error.retryable,
    provider: error.provider,
    ...(error.detail === null ? {} : { detail: error.detail }),
    ...(error.statusCode === null ? {} : { status_code: error.statusCode }),
  };
}

/** The words are kept, but the turn did not end by itself: the person decides how it goes on. */
export function cutFault(reason: 'length' | 'content-filter'): ChatFault {
  const message =
    reason === 'length'
      ? 'The answer reached the output limit and was cut. Send “continue” to let it go on.'
      : 'The provider’s content filter ended the answer. Change the request and send it again.';
  return { message, kind: 'generic', retryable: false };
}

/** CHATD 5.3, rule 7. */
export const STILL_OVER: ChatFault = {
  message:
    'The summary did not bring the conversation below the limit of the model. Raise the limit in the model’s settings, pick a model with a larger window, or start a new chat.',
  kind: 'config',
  retryable: false,
};

export const EMPTY_SUMMARY: ChatFault = {
  message: 'The model gave an empty summary, so nothing was changed.',
  kind: 'generic',
  retryable: false,
};

export const TOO_SHORT: ChatFault = {
  message: 'A summary would not make this conversation shorter, so nothing was changed.',
  kind: 'generic',
  retryable: false,
};

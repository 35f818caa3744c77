import type { ActionRequest } from '@shared/model/chat.ts';
import { DatabaseFault } from '../../db/fault.ts';
import { ModelError, type PromptMessage, type ToolSpec } from '../../models/port.ts';
import { costMicros } from '../../models/price.ts';
import type { ResolvedModel } from '../../models/ready-model.ts';
import type { Fence, StepView, StoredMessage } from '../machine/types.ts';
import type { EpisodeWriter } from '../stream/part-buffer.ts';
import { promptTokens } from './estimate.ts';
import { held } from './held.ts';
import type { StepDeps } from './ports.ts';

/** Of the most that an answer may be long, what is reserved for it: few answers come near the limit. */
const OUTPUT_SHARE = 1 / 4;

/** All that a model call of one step needs. */
export interface ModelStep {
  readonly view: StepView;
  readonly fence: Fence;
  readonly ready: ResolvedModel;
  readonly signal: AbortSignal;
}

export type Attempt =
  | {
      readonly kind: 'open';
      readonly episode: EpisodeWriter;
      readonly promptTokens: number;
      readonly generationAttempt: number;
    }
  | { readonly kind: 'lost' }
  /** The person is asked; with `continue` the same step goes on. */
  | { readonly kind: 'over-budget'; readonly action: ActionRequest };

/**
 * Commits the attempt with the money that it may cost, then opens its episode: nobody sees parts of an attempt that
 * the database does not know. The estimate is the prompt's bytes / 3.5 and a quarter of the longest answer.
 */
export async function openAttempt(
  deps: StepDeps,
  { view, fence, ready }: ModelStep,
  prompt: readonly PromptMessage[],
  { tools, maxOutputTokens }: { readonly tools: readonly ToolSpec[]; readonly maxOutputTokens: number },
): Promise<Attempt> {
  const tokens = promptTokens(prompt, tools);
  const estimate = { input: tokens, output: Math.ceil(maxOutputTokens * OUTPUT_SHARE) };
  const hold = {
    modelConfigId: view.chat.modelConfigId,
    estimateMicros: costMicros({ usage: null, estimate }, ready.price),
  };
  const recorded = await deps.store.call('recordAttempt', { ...fence, hold });
  if (!recorded.ok && recorded.error.kind === 'over-budget') {
    const { scope, capMicros, spentMicros, estimateMicros } = recorded.error;
    const amounts = { cap_micros: capMicros, spent_micros: spentMicros, estimate_micros: estimateMicros };
    return { kind: 'over-budget', action: { kind: 'budget', scope, ...amounts } };
  }
  const attempt = held(recorded);
  if (!attempt) return { kind: 'lost' };
  const { generationAttempt } = attempt.value;
  const { chatId, historyVersion } = fence;
  const episode = deps.parts.create(chatId, {
    history_version: historyVersion,
    generation_attempt: generationAttempt,
  });
  deps.openCalls.put(chatId, { historyVersion, promptTokens: tokens, price: ready.price });
  return { kind: 'open', episode, promptTokens: tokens, generationAttempt };
}

/** The rows that the model reads; null when history moved on. */
export async function loadRows(deps: StepDeps, fence: Fence): Promise<readonly StoredMessage[] | null> {
  const read = await deps.store.call('loadPrompt', { chatId: fence.chatId });
  return read?.historyVersion === fence.historyVersion ? read.prompt : null;
}

const PAUSES_MS = [200, 400];

/** What stands before a model call (CHATD 5.2): tried three times where it is not the account that says no. */
export async function prepared<T>(
  deps: Pick<StepDeps, 'clock' | 'log'>,
  signal: AbortSignal,
  prepare: () => Promise<T>,
): Promise<T> {
  for (let tried = 0; ; tried += 1) {
    try {
      return await prepare();
    } catch (error) {
      signal.throwIfAborted();
      const pauseMs = PAUSES_MS[tried];
      if (isFinal(error) || pauseMs === undefined) throw error;
      deps.log.warn('preparation failed, trying again', { pauseMs, error: String(error) });
      await deps.clock.sleep(pauseMs, signal);
    }
  }
}

/** The account's own answer, and a refusing database: the runner waits for that one by itself. */
function isFinal(error: unknown): boolean {
  return error instanceof ModelError || error instanceof DatabaseFault;
}

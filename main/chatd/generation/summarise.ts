import type { Usage } from '@shared/model/message.ts';
import type { Clock } from '../../base/clock.ts';
import { ModelError, type ModelEvent, type PromptMessage, type ToolSpec } from '../../models/port.ts';
import type { ResolvedModel } from '../../models/ready-model.ts';
import { promptTokens } from './estimate.ts';
import type { StepDeps } from './ports.ts';
import { markCacheBreakpoints } from './prompt.ts';
import { FITTINGS, type Fitting, fit, SUMMARY_REQUEST } from './summary.ts';

export const SUMMARY_TIMEOUT_MS = 90_000;
/** A reasoning model thinks in these, too; in a small window a summary must be short. */
const MAX_TOKENS = 16_000;
const MAX_SHARE = 1 / 4;

export interface Summary {
  readonly text: string;
  readonly usage: Usage;
}

interface Call {
  readonly prompt: readonly PromptMessage[];
  /** Not to be called; they keep the provider's cache of the prompt. */
  readonly tools: readonly ToolSpec[];
  readonly maxOutputTokens: number;
}

interface Model {
  readonly ready: ResolvedModel;
  readonly contextLimit: number | null;
  readonly signal: AbortSignal;
}

export function summaryTokens(ready: ResolvedModel, contextLimit: number | null): number {
  const most =
    contextLimit === null ? MAX_TOKENS : Math.min(MAX_TOKENS, Math.ceil(contextLimit * MAX_SHARE));
  return Math.min(ready.maxOutputTokens, most);
}

/**
 * The summary of a prompt (CHATD 6.4). A prompt that does not fit is tried again shorter. An answer without
 * words is an empty text. Throws ModelError: also when it takes longer than the limit, which no retry makes better.
 */
export async function askForSummary(
  deps: Pick<StepDeps, 'clock'>,
  model: Model,
  call: Call,
  out: { onText(delta: string): void },
): Promise<Summary> {
  const budget = model.contextLimit === null ? null : model.contextLimit - call.maxOutputTokens;
  for (const fitting of FITTINGS.slice(firstFitting(call, budget))) {
    const messages = [...fit(call.prompt, fitting, budget), request()];
    try {
      return await within(deps.clock, model, (signal) =>
        stream({ ...model, signal }, { ...call, messages }, out),
      );
    } catch (error) {
      const isFull = error instanceof ModelError && error.kind === 'context_full';
      if (!isFull || fitting === FITTINGS.at(-1)) throw error;
    }
  }
  throw new Error('There is always a last fitting.');
}

/** As little as possible is left out, and no call is made that cannot succeed. */
function firstFitting({ prompt, tools }: Call, budget: number | null): Fitting {
  if (budget === null) return 0;
  const fits = (fitting: Fitting) => promptTokens(fit(prompt, fitting, budget), tools) <= budget;
  return FITTINGS.find(fits) ?? 2;
}

function request(): PromptMessage {
  return { role: 'user', content: [{ type: 'text', text: SUMMARY_REQUEST }] };
}

async function stream(
  { ready, signal }: Model,
  call: Omit<Call, 'prompt'> & { readonly messages: readonly PromptMessage[] },
  out: { onText(delta: string): void },
): Promise<Summary> {
  const blocks = new Map<number, string>();
  let finish: Extract<ModelEvent, { type: 'finish' }> | null = null;
  let last: number | null = null;
  const events = ready.model.stream(
    {
      model: ready.name,
      messages: ready.model.promptCaching ? markCacheBreakpoints(call.messages) : call.messages,
      tools: call.tools,
      toolChoice: 'none',
      maxOutputTokens: call.maxOutputTokens,
      effort: null,
      options: ready.options,
    },
    signal,
  );
  for await (const event of events) {
    if (event.type === 'finish') finish = event;
    if (event.type !== 'text' || event.delta === '') continue;
    const joint = last !== null && last !== event.block ? ' ' : '';
    last = event.block;
    blocks.set(event.block, (blocks.get(event.block) ?? '') + event.delta);
    out.onText(joint + event.delta);
  }
  signal.throwIfAborted();
  if (!finish) throw new Error('The adapter ended without a finish event.');
  const text = [...blocks.values()].join(' ').trim();
  const { usage, reason } = finish;
  return {
    text: reason === 'length' && text !== '' ? `${text}\n\n(The summary was cut here.)` : text,
    usage,
  };
}

/** Runs `work` under a signal of its own that the time limit aborts, too. */
async function within<T>(
  clock: Clock,
  { ready, signal }: Model,
  work: (signal: AbortSignal) => Promise<T>,
): Promise<T> {
  const late = new AbortController();
  const done = new AbortController();
  const alarm = clock.sleep(SUMMARY_TIMEOUT_MS, AbortSignal.any([signal, done.signal])).then(
    () => late.abort(failure(ready, 'The summary took too long and was given up.')),
    () => undefined,
  );
  try {
    return await work(AbortSignal.any([signal, late.signal]));
  } catch (error) {
    signal.throwIfAborted();
    throw late.signal.aborted ? late.signal.reason : error;
  } finally {
    done.abort();
    await alarm;
  }
}

function failure(ready: ResolvedModel, message: string): ModelError {
  return new ModelError(message, { kind: 'timeout', retryable: false, provider: ready.provider });
}

import type { Effort } from '@shared/model/account.ts';
import type { ActionRequest } from '@shared/model/chat.ts';
import type { Part } from '@shared/model/part.ts';
import { failpoint } from '../../base/failpoints.ts';
import type { ModelEvent, PromptMessage, ToolSpec } from '../../models/port.ts';
import { costMicros } from '../../models/price.ts';
import type { Fence } from '../machine/types.ts';
import type { EpisodeWriter } from '../stream/part-buffer.ts';
import { Accumulator } from './accumulate.ts';
import { textTokens } from './estimate.ts';
import { held } from './held.ts';
import { judgeCalls } from './judge-calls.ts';
import { loadFiles } from './load-files.ts';
import { loadRows, type ModelStep, openAttempt, prepared } from './open-attempt.ts';
import { type StepDeps, treeOf } from './ports.ts';
import { buildPrompt, markCacheBreakpoints } from './prompt.ts';
import { takeAll } from './take-all.ts';

type Finish = Extract<ModelEvent, { type: 'finish' }>;

/** How a model call ended. `cut`: committed, but the provider ended it before the model was done. */
export type Generated =
  | { readonly kind: 'committed' | 'empty' | 'lost' }
  | { readonly kind: 'cut'; readonly reason: 'length' | 'content-filter'; readonly historyVersion: number }
  | { readonly kind: 'over-budget'; readonly action: ActionRequest };

/**
 * One model call and its commit (CHATD 5.4). Quiet ('lost') when the fence was lost. Throws ModelError, or the
 * signal's reason.
 */
export async function generateAssistant(deps: StepDeps, step: ModelStep): Promise<Generated> {
  const { view, fence, ready, signal } = step;
  const release = await takeAll(deps.modelSlots(ready.model.provider, treeOf(view.chat)), signal);
  let episode: EpisodeWriter | null = null;
  try {
    const rows = await loadRows(deps, fence);
    if (!rows) return { kind: 'lost' };
    const instructions = await prepared(deps, signal, () => deps.toolbox.instructions(view.chat, signal));
    const files = await loadFiles(deps, { rows, chat: view.chat, inputs: ready.inputs });
    const prompt = buildPrompt(rows, instructions, files);
    const tools = deps.toolbox.specs(view.chat);
    const { maxOutputTokens } = ready;
    const attempt = await openAttempt(deps, step, prompt, { tools, maxOutputTokens });
    if (attempt.kind !== 'open') return attempt;
    episode = attempt.episode;
    const startedAt = deps.clock.now();
    const answer = await callModel(deps, step, { prompt, tools, episode });
    // The verdicts may have to wait for a host: the slot is for model calls only.
    release();
    if (answer.content.length === 0) return withoutWords(answer.finish, fence);
    const { promptTokens } = attempt;
    return await commitAssistant(deps, step, { ...answer, startedAt, promptTokens });
  } catch (error) {
    // An interrupt keeps what was said; a failure will be tried again from the start.
    if (!signal.aborted) episode?.discard();
    throw error;
  } finally {
    if (!signal.aborted) deps.openCalls.remove(fence.chatId);
    episode?.close();
    release();
  }
}

/** Nothing was said: the turn is over, or the provider ended the call before the first word. */
function withoutWords({ reason }: Finish, { historyVersion }: Fence): Generated {
  return reason === 'length' || reason === 'content-filter'
    ? { kind: 'cut', reason, historyVersion }
    : { kind: 'empty' };
}

async function callModel(
  deps: StepDeps,
  { view, ready, signal }: ModelStep,
  call: {
    readonly prompt: readonly PromptMessage[];
    readonly tools: readonly ToolSpec[];
    readonly episode: EpisodeWriter;
  },
): Promise<{ content: readonly Part[]; finish: Finish }> {
  const { prompt, tools, episode } = call;
  const accumulator = new Accumulator(() => deps.clock.now());
  let finish: Finish | null = null;
  const stream = ready.model.stream(
    {
      model: ready.name,
      messages: ready.model.promptCaching ? markCacheBreakpoints(prompt) : prompt,
      tools,
      toolChoice: 'auto',
      maxOutputTokens: ready.maxOutputTokens,
      effort: (view.chat.effort as Effort | null) ?? ready.effort,
      options: ready.options,
    },
    signal,
  );
  for await (const event of stream) {
    if (event.type === 'finish') finish = event;
    const part = accumulator.take(event);
    if (part) episode.add('assistant', part);
  }
  signal.throwIfAborted();
  if (!finish) throw new Error('The adapter ended without a finish event.');
  return { content: accumulator.parts(), finish };
}

interface Answer {
  readonly content: readonly Part[];
  readonly finish: Finish;
  readonly startedAt: number;
  readonly promptTokens: number;
}

async function commitAssistant(
  deps: StepDeps,
  { view, ready, fence, signal }: ModelStep,
  { content, finish, startedAt, promptTokens }: Answer,
): Promise<Generated> {
  const { usage, reason, contextLimit } = finish;
  const estimate = { input: promptTokens, output: textTokens(JSON.stringify(content)) };
  const cost = costMicros({ usage, estimate }, ready.price);
  const calls = await judgeCalls(deps.toolbox, view.chat, content, signal);
  failpoint('before-commit-step', calls[0]?.tool ?? '');
  const commit = await deps.store.call('commitStep', {
    ...fence,
    installationId: deps.installationId,
    messages: [
      {
        role: 'assistant',
        content,
        modelConfigId: view.chat.modelConfigId,
        usage,
        // What the provider said; the configuration is looked up where it said nothing, and may change.
        contextLimit,
        runtimeMs: Math.round(deps.clock.now() - startedAt),
        effort: view.chat.effort,
        costMicros: cost,
      },
    ],
    calls,
    consumeCompaction: false,
    costMicros: cost,
  });
  failpoint('after-commit-step', calls[0]?.tool ?? '');
  const committed = held(commit);
  if (!committed) return { kind: 'lost' };
  // A cut call is answered as such, and the model goes on by itself.
  if (calls.length > 0 || (reason !== 'length' && reason !== 'content-filter'))
    return { kind: 'committed' };
  return { kind: 'cut', reason, historyVersion: committed.value.historyVersion };
}

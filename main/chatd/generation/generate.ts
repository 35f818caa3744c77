import type { Part, ToolCallPart } from '@shared/model/part.ts';
import type { ModelEvent } from '../../models/port.ts';
import type { ResolvedModel } from '../../models/ready-model.ts';
import type { Fence, NewToolCall, StepView, StoredMessage } from '../machine/types.ts';
import type { EpisodeWriter } from '../stream/part-buffer.ts';
import { Accumulator } from './accumulate.ts';
import { held } from './held.ts';
import type { GenerationDeps } from './ports.ts';
import { buildPrompt, markCacheBreakpoints } from './prompt.ts';

type Finish = Extract<ModelEvent, { type: 'finish' }>;

/** How a model call ended. `cut`: committed, but the provider ended it before the model was done. */
export type Generated =
  | { readonly kind: 'committed' | 'empty' | 'lost' }
  | { readonly kind: 'cut'; readonly reason: 'length' | 'content-filter'; readonly historyVersion: number };

/**
 * One model call and its commit (CHATD 5.4). Quiet ('lost') when the fence was lost. Throws ModelError, or the
 * signal's reason.
 */
export async function generateAssistant(
  deps: GenerationDeps,
  view: StepView,
  fence: Fence,
  signal: AbortSignal,
): Promise<Generated> {
  const ready = await deps.resolveModel(view.chat.modelConfigId);
  const release = await takeAll(deps.modelSlots(ready.model.provider), signal);
  let episode: EpisodeWriter | null = null;
  try {
    const attempt = held(await deps.store.call('recordAttempt', fence));
    if (!attempt) return { kind: 'lost' };
    episode = deps.parts.create(fence.chatId, {
      history_version: fence.historyVersion,
      generation_attempt: attempt.value.generationAttempt,
    });
    const startedAt = deps.clock.now();
    const read = await deps.store.call('loadPrompt', { chatId: fence.chatId });
    if (read?.historyVersion !== fence.historyVersion) return { kind: 'lost' };
    const answer = await callModel(deps, { view, rows: read.prompt, ready, episode, signal });
    // The verdicts may have to wait for a host: the slot is for model calls only.
    release();
    if (answer.content.length === 0) return { kind: 'empty' };
    return await commitAssistant(deps, { view, ready, fence, signal }, { ...answer, startedAt });
  } catch (error) {
    // An interrupt keeps what was said; a failure will be tried again from the start.
    if (!signal.aborted) episode?.discard();
    throw error;
  } finally {
    episode?.close();
    release();
  }
}

async function callModel(
  deps: GenerationDeps,
  run: {
    view: StepView;
    rows: readonly StoredMessage[];
    ready: ResolvedModel;
    episode: EpisodeWriter;
    signal: AbortSignal;
  },
): Promise<{ content: readonly Part[]; finish: Finish }> {
  const { view, rows, ready, episode, signal } = run;
  const instructions = await deps.toolbox.instructions(view.chat, signal);
  const prompt = buildPrompt(rows, instructions);
  const accumulator = new Accumulator(() => deps.clock.now());
  let finish: Finish | null = null;
  const stream = ready.model.stream(
    {
      model: ready.name,
      messages: ready.model.promptCaching ? markCacheBreakpoints(prompt) : prompt,
      tools: deps.toolbox.specs(view.chat),
      toolChoice: 'auto',
      maxOutputTokens: ready.maxOutputTokens,
      effort: view.chat.effort as 'minimal' | 'low' | 'medium' | 'high' | null,
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

async function commitAssistant(
  deps: GenerationDeps,
  run: { view: StepView; ready: ResolvedModel; fence: Fence; signal: AbortSignal },
  answer: { content: readonly Part[]; finish: Finish; startedAt: number },
): Promise<Generated> {
  const { view, ready, fence, signal } = run;
  const calls = await judgeCalls(deps, view, answer.content, signal);
  const commit = await deps.store.call('commitStep', {
    ...fence,
    installationId: deps.installationId,
    messages: [
      {
        role: 'assistant',
        content: answer.content,
        modelConfigId: view.chat.modelConfigId,
        usage: answer.finish.usage,
        contextLimit: answer.finish.contextLimit ?? ready.contextLimit,
        runtimeMs: Math.round(deps.clock.now() - answer.startedAt),
        effort: view.chat.effort,
      },
    ],
    calls,
    consumeCompaction: false,
  });
  const committed = held(commit);
  if (!committed) return { kind: 'lost' };
  const { reason } = answer.finish;
  // A cut call is answered as such, and the model goes on by itself.
  if (calls.length > 0 || (reason !== 'length' && reason !== 'content-filter'))
    return { kind: 'committed' };
  return { kind: 'cut', reason, historyVersion: committed.value.historyVersion };
}

async function judgeCalls(
  deps: GenerationDeps,
  view: StepView,
  content: readonly Part[],
  signal: AbortSignal,
): Promise<NewToolCall[]> {
  const calls = content.filter((p): p is ToolCallPart => p.type === 'tool-call' && !p.provider_executed);
  return await Promise.all(
    calls.map(async (call, index) => ({
      ...(await deps.toolbox.judge(view.chat, call, signal)),
      index,
      providerCallId: call.tool_call_id,
    })),
  );
}

/** Idempotent release of all, or none when the signal aborts first. */
export async function takeAll(
  slots: readonly { take(signal: AbortSignal): Promise<() => void> }[],
  signal: AbortSignal,
): Promise<() => void> {
  const held: (() => void)[] = [];
  try {
    for (const slot of slots) held.push(await slot.take(signal));
  } catch (error) {
    for (const give of held) give();
    throw error;
  }
  return () => {
    for (const give of held) give();
  };
}

import type { Part, ToolCallPart } from '@shared/model/part.ts';
import type { ModelEvent } from '../../models/port.ts';
import type { ResolvedModel } from '../../models/ready-model.ts';
import type { Fence, NewToolCall, StepView } from '../machine/types.ts';
import type { EpisodeWriter } from '../stream/part-buffer.ts';
import { Accumulator } from './accumulate.ts';
import type { GenerationDeps } from './ports.ts';
import { buildPrompt, markCacheBreakpoints } from './prompt.ts';

type Finish = Extract<ModelEvent, { type: 'finish' }>;

/**
 * One model call and its commit (CHATD 5.4). Resolves when the step is committed, when the model had nothing to
 * say ('empty'), or quietly when the fence was lost. Throws ModelError, or the signal's reason.
 */
export async function generateAssistant(
  deps: GenerationDeps,
  view: StepView,
  fence: Fence,
  signal: AbortSignal,
): Promise<'committed' | 'empty' | 'lost'> {
  const ready = await deps.resolveModel(view.chat.modelConfigId);
  const release = await takeAll(deps.modelSlots(ready.model.provider), signal);
  try {
    const attempt = await deps.store.call('recordAttempt', fence);
    if (!attempt.ok) return 'lost';
    const episode = deps.parts.create(fence.chatId, {
      history_version: fence.historyVersion,
      generation_attempt: attempt.value.generationAttempt,
    });
    try {
      const startedAt = deps.clock.now();
      const { content, finish } = await callModel(deps, { view, ready, episode, signal });
      if (content.length === 0) return 'empty';
      return await commitAssistant(deps, { view, ready, fence, signal }, { content, finish, startedAt });
    } catch (error) {
      // An interrupt keeps what was said; a failure will be tried again from the start.
      if (!signal.aborted) episode.discard();
      throw error;
    } finally {
      episode.close();
    }
  } finally {
    release();
  }
}

async function callModel(
  deps: GenerationDeps,
  run: { view: StepView; ready: ResolvedModel; episode: EpisodeWriter; signal: AbortSignal },
): Promise<{ content: readonly Part[]; finish: Finish }> {
  const { view, ready, episode, signal } = run;
  const instructions = await deps.toolbox.instructions(view.chat, signal);
  const prompt = buildPrompt(view.prompt, instructions);
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
): Promise<'committed' | 'lost'> {
  const { view, ready, fence, signal } = run;
  const calls = await judgeCalls(deps, view, answer.content, signal);
  const committed = await deps.store.call('commitStep', {
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
  return committed.ok ? 'committed' : 'lost';
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

async function takeAll(
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

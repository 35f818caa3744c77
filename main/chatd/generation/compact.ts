import type { ActionRequest } from '@shared/model/chat.ts';
import {
  type CompactionCall,
  type CompactionResult,
  type CompactionSource,
  SUMMARY_TOOL,
} from '@shared/model/compaction.ts';
import { costMicros } from '../../models/price.ts';
import type { NewMessage, StoredMessage } from '../machine/types.ts';
import { contextLimitOf, contextUse, thresholdOf } from './context-use.ts';
import { promptTokens, textTokens } from './estimate.ts';
import { held } from './held.ts';
import { loadFiles } from './load-files.ts';
import { loadRows, type ModelStep, openAttempt, prepared } from './open-attempt.ts';
import { type StepDeps, treeOf } from './ports.ts';
import { buildPrompt } from './prompt.ts';
import { askForSummary, summaryTokens } from './summarise.ts';
import { boundaryContent, type Division, divide, replayOf } from './summary.ts';
import { takeAll } from './take-all.ts';

export type Compacted =
  | { readonly kind: 'committed' | 'lost' }
  /** No summary, or the history would not be shorter with it: nothing was written. Without a cost none was asked for. */
  | { readonly kind: 'useless'; readonly why: 'empty' | 'longer'; readonly costMicros?: number | null }
  | { readonly kind: 'over-budget'; readonly action: ActionRequest };

/** What is going to be summarised, and what it takes in the window. */
interface Plan {
  readonly division: Division;
  readonly instructions: readonly string[];
  readonly tokensBefore: number;
  readonly contextLimit: number | null;
}

/**
 * Puts a summary in the place of the history (CHATD 6): streamed as the result of a call, then committed at once with
 * the newest messages of the person behind it. Old rows stay for the person. `wasRefused`: the server called the prompt
 * too long. Throws ModelError, or the signal's reason; whatever goes wrong leaves no row.
 */
export async function compact(
  deps: StepDeps,
  step: ModelStep,
  { source, wasRefused }: { readonly source: CompactionSource; readonly wasRefused: boolean },
): Promise<Compacted> {
  const { view, fence, ready, signal } = step;
  const release = await takeAll(deps.modelSlots(ready.model.provider, treeOf(view.chat)), signal);
  try {
    const rows = await loadRows(deps, fence);
    if (!rows) return { kind: 'lost' };
    const instructions = await prepared(deps, signal, () => deps.toolbox.instructions(view.chat, signal));
    const contextLimit = contextLimitOf(view, ready);
    const tokensBefore = promptTokens(buildPrompt(rows, []));
    // A server that refused the prompt has a smaller window than that, whatever we were told.
    const window = wasRefused ? Math.min(contextLimit ?? tokensBefore, tokensBefore) : contextLimit;
    const division = divide(rows, window ?? tokensBefore);
    const plan = { division, instructions, contextLimit, tokensBefore };
    if (tokensAfter(division, '') >= tokensBefore) return { kind: 'useless', why: 'longer' };
    return await compactAs(deps, step, plan, source);
  } finally {
    release();
  }
}

async function compactAs(
  deps: StepDeps,
  step: ModelStep,
  plan: Plan,
  source: CompactionSource,
): Promise<Compacted> {
  const { fence, ready, signal, view } = step;
  const rows = plan.division.summarised;
  const files = await loadFiles(deps, { rows, chat: view.chat, inputs: ready.inputs });
  const prompt = buildPrompt(rows, plan.instructions, files);
  const call = {
    prompt,
    tools: deps.toolbox.specs(view.chat),
    maxOutputTokens: summaryTokens(ready, plan.contextLimit),
  };
  const attempt = await openAttempt(deps, step, prompt, call);
  if (attempt.kind !== 'open') return attempt;
  const { episode } = attempt;
  const startedAt = deps.clock.now();
  const id = `${SUMMARY_TOOL}_${fence.historyVersion}_${attempt.generationAttempt}`;
  const part = { tool_call_id: id, tool_name: SUMMARY_TOOL };
  const args: CompactionCall = { source, threshold_percent: thresholdOf(ready.compressionThreshold) };
  const fail = (message: string) =>
    episode.add('tool', { type: 'tool-result', ...part, result: { error: message }, is_error: true });
  try {
    episode.add('assistant', { type: 'tool-call', ...part, args });
    const summary = await askForSummary(deps, { ready, contextLimit: plan.contextLimit, signal }, call, {
      onText: (delta) => episode.add('tool', { type: 'tool-result', ...part, result_delta: delta }),
    });
    const estimate = { input: attempt.promptTokens, output: textTokens(summary.text) };
    const cost = costMicros({ usage: summary.usage, estimate }, ready.price);
    const after = tokensAfter(plan.division, summary.text);
    const why = summary.text === '' ? 'empty' : after >= plan.tokensBefore ? 'longer' : null;
    if (why) {
      fail(
        why === 'empty' ? 'The summary is empty.' : 'The summary would be longer than what it replaces.',
      );
      return { kind: 'useless', why, costMicros: cost };
    }
    const result = resultOf(step, plan, { args, summary: summary.text, after });
    episode.add('tool', { type: 'tool-result', ...part, result });
    const runtimeMs = Math.round(deps.clock.now() - startedAt);
    const messages = rowsOf(step, plan.division, { part, args, result, cost, runtimeMs });
    return await commit(deps, step, messages, cost);
  } catch (error) {
    // "Summarising…" must not spin on; what an interrupt cuts off simply ends.
    if (!signal.aborted) fail(error instanceof Error ? error.message : 'The summary failed.');
    throw error;
  } finally {
    if (!signal.aborted) deps.openCalls.remove(fence.chatId);
    episode.close();
  }
}

async function commit(
  deps: StepDeps,
  { fence }: ModelStep,
  messages: readonly NewMessage[],
  cost: number | null,
): Promise<Compacted> {
  const committed = await deps.store.call('commitStep', {
    ...fence,
    installationId: deps.installationId,
    messages,
    calls: [],
    consumeCompaction: true,
    costMicros: cost,
  });
  return { kind: held(committed) ? 'committed' : 'lost' };
}

function tokensAfter({ lasting, kept }: Division, summary: string): number {
  const boundary = boundaryContent(summary).map((part) => (part.type === 'text' ? part.text : ''));
  return promptTokens([
    ...buildPrompt([...lasting, ...kept], []),
    { role: 'system', text: boundary.join('') },
  ]);
}

function resultOf(
  { view, ready }: ModelStep,
  plan: Plan,
  made: { readonly args: CompactionCall; readonly summary: string; readonly after: number },
): CompactionResult {
  const use = contextUse(view, ready);
  const before = use?.tokens ?? plan.tokensBefore;
  return {
    ...made.args,
    summary: made.summary,
    usage_percent: use ? Math.round(use.percent * 10) / 10 : null,
    context_tokens: before,
    context_limit_tokens: plan.contextLimit,
    // Tools and instructions are in what the server counted, and stay.
    tokens_after: Math.max(made.after, before - (plan.tokensBefore - made.after)),
  };
}

interface Written {
  readonly part: { readonly tool_call_id: string; readonly tool_name: string };
  readonly args: CompactionCall;
  readonly result: CompactionResult;
  readonly cost: number | null;
  readonly runtimeMs: number;
}

/** In the order of CHATD 6.5. */
function rowsOf({ view }: ModelStep, { kept }: Division, written: Written): NewMessage[] {
  const { part, args, result, cost, runtimeMs } = written;
  const base = { modelConfigId: view.chat.modelConfigId, compressed: true };
  return [
    { ...base, role: 'system', visibility: 'model', content: boundaryContent(result.summary) },
    {
      ...base,
      role: 'assistant',
      visibility: 'user',
      content: [{ type: 'tool-call', ...part, args }],
      runtimeMs,
      costMicros: cost,
    },
    { ...base, role: 'tool', visibility: 'both', content: [{ type: 'tool-result', ...part, result }] },
    ...kept.map((row: StoredMessage) => replayOf(row)),
  ];
}

import type { Usage } from '@shared/model/message.ts';
import type { ResolvedModel } from '../../models/ready-model.ts';
import type { StepView } from '../machine/types.ts';
import { promptTokens } from './estimate.ts';
import { buildPrompt } from './prompt.ts';

const USUAL_THRESHOLD = 70;
const NEVER = 100;

/** How full the context window was with the newest answer (CHATD 6.2); null: not known. */
export interface ContextUse {
  readonly tokens: number;
  readonly limit: number;
  readonly percent: number;
}

export function contextTokens(usage: Usage | null): number | null {
  if (!usage) return null;
  const sum =
    (usage.input_tokens ?? 0) + (usage.cache_read_tokens ?? 0) + (usage.cache_creation_tokens ?? 0);
  return sum > 0 ? sum : usage.total_tokens;
}

/** Percent; what is outside of 0–100 counts as the usual one. */
export function thresholdOf(configured: number): number {
  return configured >= 0 && configured <= 100 ? configured : USUAL_THRESHOLD;
}

type Window = Pick<ResolvedModel, 'contextLimit' | 'compressionThreshold'>;
type Rows = Pick<StepView, 'tail' | 'boundary' | 'chat'>;

/** What the provider said about its window wins over the configuration, unless another model said it. */
export function contextLimitOf({ tail, chat }: Pick<Rows, 'tail' | 'chat'>, window: Window): number | null {
  const answer = answerOf(tail);
  const said = answer?.model_config_id === chat.modelConfigId ? answer.context_limit : null;
  return said ?? window.contextLimit;
}

export function contextUse(view: Pick<Rows, 'tail' | 'chat'>, window: Window): ContextUse | null {
  const tokens = contextTokens(answerOf(view.tail)?.usage ?? null);
  const limit = contextLimitOf(view, window);
  if (tokens === null || limit === null || limit <= 0) return null;
  return { tokens, limit, percent: (tokens / limit) * 100 };
}

/**
 * Rule 7 of CHATD 5.3, before a model call: enough room, compact first, or a summary that has just been made did not
 * bring the history below the limit. An answer from before the newest boundary says nothing about what follows it.
 * Below the threshold there is no room either when what came since that answer would not fit: some servers cut a
 * prompt that is too long, and say nothing.
 */
export function roomLeft(view: Rows, window: Window): 'enough' | 'compact' | 'still-over' {
  const threshold = thresholdOf(window.compressionThreshold);
  const { boundary, chat } = view;
  if (threshold === NEVER || chat.compactionHeld || boundary?.answers === 0) return 'enough';
  const use = contextUse(view, window);
  if (!use) return 'enough';
  if (use.percent < threshold)
    return use.tokens + tokensSince(view.tail) < use.limit ? 'enough' : 'compact';
  return boundary?.answers === 1 && !boundary.cleared ? 'still-over' : 'compact';
}

/** What the newest answer and the rows behind it add to what the server counted, estimated. */
function tokensSince(tail: Rows['tail']): number {
  const at = tail.findIndex((m) => m.role === 'assistant' && !m.compressed);
  const since = tail.slice(at).filter((m) => !m.compressed && m.role !== 'system');
  return promptTokens(buildPrompt(since, []));
}

/** Is there an answer that no summary holds yet? */
export function isCompactable({ tail, boundary }: Pick<Rows, 'tail' | 'boundary'>): boolean {
  return boundary ? boundary.answers > 0 : answerOf(tail) !== null;
}

function answerOf(tail: Rows['tail']) {
  return tail.find((m) => m.role === 'assistant' && !m.compressed) ?? null;
}

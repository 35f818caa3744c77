/**
 * The call and the result that a compaction or a clearing leaves in history, and that stream while it is made. They
 * are nobody's tools: no model is offered them.
 */
export const SUMMARY_TOOL = 'chat_summarized';
export const CLEAR_TOOL = 'chat_cleared';

/** Why there is a summary: the context window was full, or the person asked for it. */
export type CompactionSource = 'automatic' | 'manual';

/** Arguments of SUMMARY_TOOL. */
export interface CompactionCall {
  readonly source: CompactionSource;
  readonly threshold_percent: number;
}

/** Its result. Tokens as the server counted them, where it did; null: not known. */
export interface CompactionResult extends CompactionCall {
  readonly summary: string;
  readonly usage_percent: number | null;
  /** What the conversation took before. */
  readonly context_tokens: number;
  readonly context_limit_tokens: number | null;
  /** What it takes now, estimated. */
  readonly tokens_after: number;
}

import type { Message, Usage } from '@shared/model/message.ts';

/** Tokens that the last answer left in the window of the model; null: no answer has said so. */
export function usedTokens(usage: Usage | null): number | null {
  if (!usage) return null;
  if (usage.total_tokens !== null) return usage.total_tokens;
  const parts = [
    usage.input_tokens,
    usage.output_tokens,
    usage.cache_read_tokens,
    usage.cache_creation_tokens,
  ];
  return parts.every((n) => n === null) ? null : parts.reduce<number>((n, p) => n + (p ?? 0), 0);
}

export interface ContextUsed {
  readonly tokens: number;
  /** The answer that said so; null: none since the context was cut, or none at all. */
  readonly answer: Message | null;
}

/** How much the model reads of the chat, by its last answer, or by the cut that came after it. */
export function contextUsed(messages: readonly Message[]): ContextUsed {
  for (const message of messages.toReversed()) {
    const cut = tokensAfterCut(message);
    if (cut !== null) return { tokens: cut, answer: null };
    const used = message.role === 'assistant' ? usedTokens(message.usage) : null;
    if (used !== null) return { tokens: used, answer: message };
  }
  return { tokens: 0, answer: null };
}

/** Null: the row is no cut. A clearing leaves nothing. */
function tokensAfterCut({ content }: Message): number | null {
  for (const part of content) {
    if (part.type !== 'tool-result') continue;
    if (part.tool_name === 'chat_cleared') return 0;
    if (part.tool_name !== 'chat_summarized') continue;
    const after = (part.result as { readonly tokens_after?: unknown } | null)?.tokens_after;
    return typeof after === 'number' ? after : 0;
  }
  return null;
}

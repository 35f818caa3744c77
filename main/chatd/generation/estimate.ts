import type { PromptMessage, ToolSpec } from '../../models/port.ts';

/** Of JSON; rather too few than too many, so that an estimate is rather too high. */
const BYTES_PER_TOKEN = 3.5;
/** A picture's bytes say nothing about its tokens; this is a large one. */
const IMAGE_TOKENS = 1_600;

/** Tokens of text, by its length. */
export function textTokens(text: string): number {
  return Math.ceil(Buffer.byteLength(text) / BYTES_PER_TOKEN);
}

/** What a prompt takes in the context window, before any server has counted it. */
export function promptTokens(messages: readonly PromptMessage[], tools: readonly ToolSpec[] = []): number {
  const rest = tools.length === 0 ? 0 : textTokens(JSON.stringify(tools));
  return messages.reduce((sum, message) => sum + messageTokens(message), rest);
}

function messageTokens(message: PromptMessage): number {
  if (message.role !== 'user') return textTokens(JSON.stringify(message));
  const images = message.content.filter((part) => part.type === 'image').length;
  const texts = message.content.filter((part) => part.type !== 'image');
  return textTokens(JSON.stringify(texts)) + images * IMAGE_TOKENS;
}

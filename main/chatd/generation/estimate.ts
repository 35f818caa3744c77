import type { PromptMessage, PromptUserPart, ToolSpec } from '../../models/port.ts';

/** Of JSON; rather too few than too many, so that an estimate is rather too high. */
const BYTES_PER_TOKEN = 3.5;
/** A picture's bytes say nothing about its tokens; this is a large one. */
const IMAGE_TOKENS = 1_600;

/** A page of a PDF is its text and a picture of it; what stands in a file of this size is a guess. */
const BYTES_PER_DOCUMENT_TOKEN = 25;
const LEAST_DOCUMENT_TOKENS = 1_600;

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
  const texts = message.content.filter((part) => part.type === 'text');
  return message.content.reduce((sum, part) => sum + mediaTokens(part), textTokens(JSON.stringify(texts)));
}

function mediaTokens(part: PromptUserPart): number {
  if (part.type === 'image') return IMAGE_TOKENS;
  if (part.type === 'text') return 0;
  return Math.max(LEAST_DOCUMENT_TOKENS, Math.ceil(part.size / BYTES_PER_DOCUMENT_TOKEN));
}

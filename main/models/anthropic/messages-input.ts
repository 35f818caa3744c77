import type Anthropic from '@anthropic-ai/sdk';
import type { PromptAssistantPart, PromptMessage, PromptToolResult, PromptUserPart } from '../port.ts';

type Message = Anthropic.MessageParam;
type Block = Anthropic.ContentBlockParam;

const ephemeral = { type: 'ephemeral' } as const;
const imageTypes = ['image/jpeg', 'image/png', 'image/gif', 'image/webp'] as const;

/** The server refuses text without a visible character. */
function textBlock(text: string): Anthropic.TextBlockParam[] {
  return text.trim() === '' ? [] : [{ type: 'text', text }];
}

function documentBlock(part: PromptUserPart & { type: 'document' }): Block {
  const source = { type: 'base64', media_type: 'application/pdf', data: part.data } as const;
  return { type: 'document', source, title: part.name };
}

function userBlocks(parts: readonly PromptUserPart[]): Block[] {
  return parts.flatMap((part): Block[] => {
    if (part.type === 'text') return textBlock(part.text);
    if (part.type === 'document') return [documentBlock(part)];
    const mediaType = imageTypes.find((type) => type === part.media_type);
    if (!mediaType) return textBlock(`[An image of type ${part.media_type} that this model cannot see]`);
    return [{ type: 'image', source: { type: 'base64', media_type: mediaType, data: part.data } }];
  });
}

/** Thinking goes back only with what the server signed; another provider's reasoning is left out. */
function thinkingBlock(part: PromptAssistantPart & { type: 'reasoning' }): Block[] {
  const { provider, signature, redacted } = part.metadata ?? {};
  if (provider !== 'anthropic') return [];
  if (typeof redacted === 'string') return [{ type: 'redacted_thinking', data: redacted }];
  return typeof signature === 'string' ? [{ type: 'thinking', thinking: part.text, signature }] : [];
}

function assistantBlocks(parts: readonly PromptAssistantPart[]): Block[] {
  return parts.flatMap((part): Block[] => {
    switch (part.type) {
      case 'text':
        return textBlock(part.text);
      case 'reasoning':
        return thinkingBlock(part);
      case 'tool-call':
        return [{ type: 'tool_use', id: part.id, name: part.name, input: part.args ?? {} }];
    }
  });
}

function resultBlocks(results: readonly PromptToolResult[]): Block[] {
  return results.map((result) => ({
    type: 'tool_result',
    tool_use_id: result.id,
    content: result.output,
    ...(result.isError ? { is_error: true } : {}),
  }));
}

function blocksOf(message: PromptMessage): { role: 'user' | 'assistant'; blocks: Block[] } {
  switch (message.role) {
    // Only the leading ones fit the system parameter; a later one is told as a marked note of the user's turn.
    case 'system':
      return { role: 'user', blocks: textBlock(`<system-note>\n${message.text}\n</system-note>`) };
    case 'user':
      return { role: 'user', blocks: userBlocks(message.content) };
    case 'assistant':
      return { role: 'assistant', blocks: assistantBlocks(message.content) };
    case 'tool':
      return { role: 'user', blocks: resultBlocks(message.results) };
  }
}

/** Results must come first in the turn that follows their calls. */
function resultsFirst(blocks: readonly Block[]): Block[] {
  const isResult = (block: Block) => block.type === 'tool_result';
  return [...blocks.filter(isResult), ...blocks.filter((block) => !isResult(block))];
}

function withBreakpoint(blocks: readonly Block[]): Block[] {
  const last = blocks.at(-1);
  if (!last || last.type === 'thinking' || last.type === 'redacted_thinking') return [...blocks];
  return [...blocks.slice(0, -1), { ...last, cache_control: ephemeral } as Block];
}

/** The leading system messages as the `system` parameter. */
export function systemBlocks(messages: readonly PromptMessage[]): Anthropic.TextBlockParam[] {
  const blocks: Anthropic.TextBlockParam[] = [];
  for (const message of messages) {
    if (message.role !== 'system') break;
    for (const block of textBlock(message.text)) {
      blocks.push(message.cache ? { ...block, cache_control: ephemeral } : block);
    }
  }
  return blocks;
}

/** Everything after the leading system block, with alternating roles and a user turn first. */
export function anthropicMessages(messages: readonly PromptMessage[]): Message[] {
  const rest = messages.slice(messages.findIndex((message) => message.role !== 'system'));
  const turns: { role: 'user' | 'assistant'; blocks: Block[] }[] = [];
  for (const message of messages.every(({ role }) => role === 'system') ? [] : rest) {
    const { role, blocks: plain } = blocksOf(message);
    if (plain.length === 0) continue;
    const blocks = message.cache ? withBreakpoint(plain) : plain;
    const previous = turns.at(-1);
    if (previous?.role === role) previous.blocks.push(...blocks);
    else turns.push({ role, blocks });
  }
  if (turns[0]?.role !== 'user')
    turns.unshift({ role: 'user', blocks: textBlock('(The conversation goes on.)') });
  return turns.map(({ role, blocks }) => ({
    role,
    content: role === 'user' ? resultsFirst(blocks) : blocks,
  }));
}

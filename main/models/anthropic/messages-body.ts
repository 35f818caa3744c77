import type Anthropic from '@anthropic-ai/sdk';
import { familyOptions, numberOption, numbersOf } from '../call-options.ts';
import { claudeThinking } from '../model-facts.ts';
import type { ModelRequest, PromptMessage } from '../port.ts';
import { anthropicMessages, systemBlocks } from './messages-input.ts';

type Body = Anthropic.MessageCreateParamsStreaming;

const smallestBudget = 1024;
const budgets = { minimal: smallestBudget, low: 4096, medium: 10_000, high: 24_000 } as const;

/**
 * A model that thinks by budget refuses a tool loop whose turn did not start with thinking, which happens
 * after a change of model in mid-turn: then it must go without.
 */
function turnStartedWithoutThinking(messages: readonly PromptMessage[]): boolean {
  if (messages.at(-1)?.role !== 'tool') return false;
  const call = messages.findLast((message) => message.role === 'assistant');
  if (call?.role !== 'assistant') return false;
  return call.content[0]?.type !== 'reasoning' || call.content[0].metadata?.['provider'] !== 'anthropic';
}

function thinkingFields(request: ModelRequest): Partial<Body> {
  const thinks = claudeThinking(request.model);
  if (thinks === 'adaptive' && request.effort) {
    return {
      thinking: { type: 'adaptive', display: 'summarized' },
      output_config: { effort: request.effort === 'minimal' ? 'low' : request.effort },
    };
  }
  const configured = familyOptions(request.options, 'anthropic')['thinking'];
  const asked =
    typeof configured === 'object' && configured !== null
      ? numberOption(configured as Record<string, unknown>, 'budget_tokens')
      : null;
  const wanted = asked ?? (thinks === 'budget' && request.effort ? budgets[request.effort] : null);
  if (wanted === null || turnStartedWithoutThinking(request.messages)) return {};
  const budget = Math.min(Math.max(smallestBudget, wanted), request.maxOutputTokens - 1);
  return budget < smallestBudget ? {} : { thinking: { type: 'enabled', budget_tokens: budget } };
}

export function anthropicBody(request: ModelRequest): Body {
  const system = systemBlocks(request.messages);
  const thinking = thinkingFields(request);
  const oneAtATime = familyOptions(request.options, 'anthropic')['disable_parallel_tool_use'] === true;
  const tools = request.tools.map((tool) => ({
    name: tool.name,
    description: tool.description,
    input_schema: { ...tool.parameters, type: 'object' as const },
  }));
  const choice =
    request.toolChoice === 'none'
      ? { type: 'none' as const }
      : { type: 'auto' as const, ...(oneAtATime ? { disable_parallel_tool_use: true } : {}) };
  return {
    model: request.model,
    max_tokens: request.maxOutputTokens,
    messages: anthropicMessages(request.messages),
    stream: true,
    ...(system.length > 0 ? { system } : {}),
    ...(tools.length > 0 ? { tools, tool_choice: choice } : {}),
    // The server refuses sampling settings beside thinking.
    ...(thinking.thinking ? thinking : numbersOf(request.options, 'temperature', 'top_p', 'top_k')),
  };
}

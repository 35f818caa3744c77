import type OpenAI from 'openai';
import { familyOptions, numbersOf } from '../call-options.ts';
import { reasonsOnOpenai } from '../model-facts.ts';
import type { ModelRequest, PromptAssistantPart, PromptMessage, PromptUserPart } from '../port.ts';

type ChatMessage = OpenAI.Chat.ChatCompletionMessageParam;
type Body = OpenAI.Chat.ChatCompletionCreateParamsStreaming;

function userPart(part: PromptUserPart): OpenAI.Chat.ChatCompletionContentPart {
  if (part.type === 'text') return { type: 'text', text: part.text };
  const url = `data:${part.media_type};base64,${part.data}`;
  return part.type === 'image'
    ? { type: 'image_url', image_url: { url } }
    : { type: 'file', file: { filename: part.name, file_data: url } };
}

/** Plain text stays a string: many compatible servers know nothing else. */
function userMessage(parts: readonly PromptUserPart[]): ChatMessage {
  const plain = parts.flatMap((part) => (part.type === 'text' ? [part.text] : []));
  return {
    role: 'user',
    content: plain.length === parts.length ? plain.join('\n\n') : parts.map(userPart),
  };
}

/** What a server sent with a call besides (Google's signature of its thoughts) only goes back to the same model. */
function extraOf(call: PromptAssistantPart & { type: 'tool-call' }, model: string): object {
  const { provider, model: author, extra_content: extra } = call.metadata ?? {};
  return provider === 'openai-compat' && author === model && extra ? { extra_content: extra } : {};
}

/** Reasoning has no place in this API's history. A message with nothing left in it is dropped. */
function assistantMessage(parts: readonly PromptAssistantPart[], model: string): ChatMessage[] {
  const text = parts.flatMap((part) => (part.type === 'text' ? [part.text] : [])).join('');
  const calls = parts.flatMap((part) =>
    part.type === 'tool-call'
      ? [
          {
            id: part.id,
            type: 'function' as const,
            function: { name: part.name, arguments: JSON.stringify(part.args ?? {}) },
            ...extraOf(part, model),
          },
        ]
      : [],
  );
  if (text === '' && calls.length === 0) return [];
  return [
    {
      role: 'assistant',
      content: text === '' ? null : text,
      ...(calls.length > 0 ? { tool_calls: calls } : {}),
    },
  ];
}

export function chatMessages(messages: readonly PromptMessage[], model: string): ChatMessage[] {
  return messages.flatMap((message): ChatMessage[] => {
    switch (message.role) {
      case 'system':
        return [{ role: 'system', content: message.text }];
      case 'user':
        return [userMessage(message.content)];
      case 'assistant':
        return assistantMessage(message.content, model);
      case 'tool':
        return message.results.map((result) => ({
          role: 'tool',
          tool_call_id: result.id,
          content: result.output,
        }));
    }
  });
}

/** `official`: OpenAI's own host wants `max_completion_tokens`; compatible servers know `max_tokens`. */
export function chatBody(request: ModelRequest, official: boolean): Body {
  const tools = request.tools.map((tool) => ({
    type: 'function' as const,
    function: { name: tool.name, description: tool.description, parameters: { ...tool.parameters } },
  }));
  const reasons = official && reasonsOnOpenai(request.model);
  const sampling = ['temperature', 'top_p', 'presence_penalty', 'frequency_penalty'];
  return {
    model: request.model,
    messages: chatMessages(request.messages, request.model),
    stream: true,
    stream_options: { include_usage: true },
    ...(official
      ? { max_completion_tokens: request.maxOutputTokens }
      : { max_tokens: request.maxOutputTokens }),
    ...(request.effort && (reasons || !official) ? { reasoning_effort: request.effort } : {}),
    ...(reasons ? {} : numbersOf(request.options, ...sampling)),
    ...(tools.length > 0 ? { tools, tool_choice: request.toolChoice } : {}),
    // What a particular compatible server wants besides; it knows best.
    ...(official ? {} : familyOptions(request.options, 'openaicompat')),
  };
}

import type OpenAI from 'openai';
import { familyOptions, numbersOf } from '../call-options.ts';
import { reasonsOnOpenai } from '../model-facts.ts';
import type { ModelRequest, PromptAssistantPart, PromptMessage, PromptUserPart } from '../port.ts';

type InputItem = OpenAI.Responses.ResponseInputItem;
type Body = OpenAI.Responses.ResponseCreateParamsStreaming;

function userContent(part: PromptUserPart): OpenAI.Responses.ResponseInputContent {
  if (part.type === 'text') return { type: 'input_text', text: part.text };
  const url = `data:${part.media_type};base64,${part.data}`;
  return part.type === 'image'
    ? { type: 'input_image', detail: 'auto', image_url: url }
    : { type: 'input_file', filename: part.name, file_data: url };
}

/** Encrypted reasoning only goes back to the model that wrote it. */
function reasoningItem(part: PromptAssistantPart & { type: 'reasoning' }, model: string): InputItem | null {
  const { provider, model: author, id, encrypted_content: encrypted } = part.metadata ?? {};
  if (provider !== 'openai' || author !== model) return null;
  if (typeof id !== 'string' || typeof encrypted !== 'string') return null;
  return {
    type: 'reasoning',
    id,
    encrypted_content: encrypted,
    summary: part.text === '' ? [] : [{ type: 'summary_text', text: part.text }],
  };
}

function assistantItems(parts: readonly PromptAssistantPart[], model: string): InputItem[] {
  const items = parts.flatMap((part): InputItem[] => {
    switch (part.type) {
      case 'text':
        return part.text === '' ? [] : [{ role: 'assistant', content: part.text }];
      case 'reasoning': {
        const item = reasoningItem(part, model);
        return item ? [item] : [];
      }
      case 'tool-call':
        return [
          {
            type: 'function_call',
            call_id: part.id,
            name: part.name,
            arguments: JSON.stringify(part.args ?? {}),
          },
        ];
    }
  });
  // The server refuses reasoning that nothing follows, which is what an interrupted answer leaves.
  while (items.at(-1)?.type === 'reasoning') items.pop();
  return items;
}

export function responsesInput(messages: readonly PromptMessage[], model: string): InputItem[] {
  return messages.flatMap((message): InputItem[] => {
    switch (message.role) {
      case 'system':
        return [{ role: 'system', content: message.text }];
      case 'user':
        return [{ role: 'user', content: message.content.map(userContent) }];
      case 'assistant':
        return assistantItems(message.content, model);
      case 'tool':
        return message.results.map((result) => ({
          type: 'function_call_output',
          call_id: result.id,
          output: result.output,
        }));
    }
  });
}

/** `reasoning_summary: "none"` in the options is for organisations that may not ask for summaries. */
function reasoningFields(request: ModelRequest): Partial<Body> {
  if (!reasonsOnOpenai(request.model)) return numbersOf(request.options, 'temperature', 'top_p');
  const wanted = familyOptions(request.options, 'openai')['reasoning_summary'];
  const summary =
    wanted === 'none' ? null : wanted === 'detailed' || wanted === 'concise' ? wanted : 'auto';
  return {
    include: ['reasoning.encrypted_content'],
    reasoning: { ...(request.effort ? { effort: request.effort } : {}), ...(summary ? { summary } : {}) },
  };
}

export function responsesBody(request: ModelRequest): Body {
  const tools = request.tools.map((tool) => ({
    type: 'function' as const,
    name: tool.name,
    description: tool.description,
    parameters: { ...tool.parameters },
    strict: false,
  }));
  return {
    model: request.model,
    input: responsesInput(request.messages, request.model),
    stream: true,
    store: false,
    max_output_tokens: request.maxOutputTokens,
    ...reasoningFields(request),
    ...(tools.length > 0 ? { tools, tool_choice: request.toolChoice, parallel_tool_calls: true } : {}),
  };
}

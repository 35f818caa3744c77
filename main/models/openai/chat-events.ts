import type { Usage } from '@shared/model/message.ts';
import { extractContextLimit } from '../context-limit.ts';
import { StreamCutError } from '../errors.ts';
import { noUsage } from '../no-usage.ts';
import type { ModelEvent } from '../port.ts';
import { type Chunk, type Delta, errorIn, spoken } from './chat-delta.ts';
import { type OpenTool, OpenTools } from './chat-tools.ts';

type Finish = Extract<ModelEvent, { type: 'finish' }>;

function usageOf(usage: Chunk['usage']): Usage {
  if (!usage) return noUsage;
  const read = usage.prompt_tokens_details?.cached_tokens ?? null;
  return {
    // The server counts cached tokens as input; we keep them apart, as they cost less.
    input_tokens: usage.prompt_tokens === undefined ? null : Math.max(0, usage.prompt_tokens - (read ?? 0)),
    output_tokens: usage.completion_tokens ?? null,
    total_tokens: usage.total_tokens ?? null,
    reasoning_tokens: usage.completion_tokens_details?.reasoning_tokens ?? null,
    cache_creation_tokens: null,
    cache_read_tokens: read,
  };
}

function finishReason(said: string, tools: number): Finish['reason'] {
  if (tools > 0 && said !== 'length' && said !== 'content_filter') return 'tool-calls';
  if (said === 'stop' || said === 'length') return said;
  return said === 'content_filter' ? 'content-filter' : 'other';
}

/** Turns the chunks of one Chat Completions call into our events. One object for one call. */
export class ChatEvents {
  readonly #model: string;
  readonly #tools = new OpenTools();
  #open: { kind: 'text' | 'reasoning'; block: number } | null = null;
  #next = 0;
  #reason: string | null = null;
  #usage: Chunk['usage'] = null;
  #responseId: string | null = null;
  #limit: number | null = null;

  constructor(model: string) {
    this.#model = model;
  }

  *take(chunk: Chunk): Generator<ModelEvent> {
    const error = errorIn(chunk);
    if (error) throw error;
    if (chunk.id) this.#responseId = chunk.id;
    if (chunk.usage) {
      this.#usage = chunk.usage;
      this.#limit = extractContextLimit(chunk.usage) ?? this.#limit;
    }
    // A second choice is none that was asked for. Some servers leave out the number.
    const choice = chunk.choices?.find(({ index }: { index?: number }) => !index);
    if (!choice) return;
    const delta: Delta = choice.delta ?? {};
    const { reasoning, text } = spoken(delta);
    if (reasoning !== '') yield { type: 'reasoning', block: this.#blockOf('reasoning'), delta: reasoning };
    const words = this.#open?.kind === 'reasoning' ? text.replace(/^<\/thought>/, '') : text;
    if (words !== '') yield { type: 'text', block: this.#blockOf('text'), delta: words };
    for (const call of delta.tool_calls ?? []) yield* this.#takeTool(call);
    if (choice.finish_reason) this.#reason = choice.finish_reason;
    // What a router says when the server behind it failed in mid-stream; the client's types do not know it.
    if (this.#reason === 'error') throw Object.assign(new Error('server error'), { code: 'server_error' });
  }

  /** The stream is over. Without a finish reason it was cut: what came so far is not an answer. */
  *end(): Generator<ModelEvent> {
    if (this.#reason === null) throw new StreamCutError('The stream ended without a finish reason');
    const tools = this.#tools.all();
    for (const tool of tools) {
      if (tool.block < 0) yield* this.#announce(tool);
      yield { type: 'tool-end', block: tool.block, args: tool.args, ...this.#metadataOf(tool) };
    }
    yield {
      type: 'finish',
      reason: finishReason(this.#reason, tools.length),
      usage: usageOf(this.#usage),
      contextLimit: this.#limit,
      responseId: this.#responseId,
    };
  }

  #blockOf(kind: 'text' | 'reasoning'): number {
    if (this.#open?.kind !== kind) this.#open = { kind, block: this.#next++ };
    return this.#open.block;
  }

  *#takeTool(call: NonNullable<Delta['tool_calls']>[number]): Generator<ModelEvent> {
    const { tool, delta } = this.#tools.take(call);
    if (tool.block < 0) {
      if (tool.name === '') return;
      yield* this.#announce(tool);
      if (tool.args !== '') yield { type: 'tool-args', block: tool.block, delta: tool.args };
    } else if (delta !== '') {
      yield { type: 'tool-args', block: tool.block, delta };
    }
  }

  *#announce(tool: OpenTool): Generator<ModelEvent> {
    this.#open = null;
    tool.block = this.#next++;
    if (tool.id === '') tool.id = `call_${tool.block}`;
    yield { type: 'tool-start', block: tool.block, id: tool.id, name: tool.name };
  }

  #metadataOf({ extra }: OpenTool): { metadata?: Record<string, unknown> } {
    return extra
      ? { metadata: { provider: 'openai-compat', model: this.#model, extra_content: extra } }
      : {};
  }
}

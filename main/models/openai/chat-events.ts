import type { Usage } from '@shared/model/message.ts';
import type OpenAI from 'openai';
import { extractContextLimit } from '../context-limit.ts';
import { StreamCutError } from '../errors.ts';
import { noUsage } from '../no-usage.ts';
import type { ModelEvent } from '../port.ts';

type Chunk = OpenAI.Chat.ChatCompletionChunk;
type Delta = Chunk['choices'][number]['delta'];
type ToolDelta = NonNullable<Delta['tool_calls']>[number];
type Finish = Extract<ModelEvent, { type: 'finish' }>;

interface OpenTool {
  /** -1 until the name is known and the call has been announced. */
  block: number;
  id: string;
  name: string;
  args: string;
}

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

/** Compatible servers name it differently; none of it is in the client's types. */
function reasoningOf(delta: Delta): string {
  const fields = delta as unknown as Record<string, unknown>;
  for (const name of ['reasoning_content', 'reasoning']) {
    const value = fields[name];
    if (typeof value === 'string' && value !== '') return value;
  }
  return '';
}

function finishReason(said: string, tools: number): Finish['reason'] {
  if (tools > 0 && said !== 'length' && said !== 'content_filter') return 'tool-calls';
  if (said === 'stop' || said === 'length') return said;
  return said === 'content_filter' ? 'content-filter' : 'other';
}

/** Turns the chunks of one Chat Completions call into our events. One object for one call. */
export class ChatEvents {
  #open: { kind: 'text' | 'reasoning'; block: number } | null = null;
  readonly #tools: OpenTool[] = [];
  readonly #byIndex = new Map<number, OpenTool>();
  #next = 0;
  #reason: string | null = null;
  #usage: Chunk['usage'] = null;
  #responseId: string | null = null;
  #limit: number | null = null;

  *take(chunk: Chunk): Generator<ModelEvent> {
    if (chunk.id) this.#responseId = chunk.id;
    if (chunk.usage) {
      this.#usage = chunk.usage;
      this.#limit = extractContextLimit(chunk.usage) ?? this.#limit;
    }
    const choice = chunk.choices?.[0];
    if (!choice) return;
    const delta: Delta = choice.delta ?? {};
    const reasoning = reasoningOf(delta);
    if (reasoning !== '') yield { type: 'reasoning', block: this.#blockOf('reasoning'), delta: reasoning };
    const text = `${delta.content ?? ''}${delta.refusal ?? ''}`;
    if (text !== '') yield { type: 'text', block: this.#blockOf('text'), delta: text };
    for (const call of delta.tool_calls ?? []) yield* this.#takeTool(call);
    if (choice.finish_reason) this.#reason = choice.finish_reason;
    // What a router says when the server behind it failed in mid-stream; the client's types do not know it.
    if (this.#reason === 'error') throw Object.assign(new Error('server error'), { code: 'server_error' });
  }

  /** The stream is over. Without a finish reason it was cut: what came so far is not an answer. */
  *end(): Generator<ModelEvent> {
    if (this.#reason === null) throw new StreamCutError('The stream ended without a finish reason');
    for (const tool of this.#tools) {
      if (tool.block < 0) yield* this.#announce(tool);
      yield { type: 'tool-end', block: tool.block, args: tool.args };
    }
    yield {
      type: 'finish',
      reason: finishReason(this.#reason, this.#tools.length),
      usage: usageOf(this.#usage),
      contextLimit: this.#limit,
      responseId: this.#responseId,
    };
  }

  #blockOf(kind: 'text' | 'reasoning'): number {
    if (this.#open?.kind !== kind) this.#open = { kind, block: this.#next++ };
    return this.#open.block;
  }

  /** Some servers leave out the index, some repeat the id with every delta, some send calls whole. */
  #toolFor(call: ToolDelta): OpenTool {
    const index = call.index as number | undefined;
    const known = index === undefined ? this.#tools.at(-1) : this.#byIndex.get(index);
    const sameCall = known && (index !== undefined || !call.id || call.id === known.id);
    if (sameCall) return known;
    const tool: OpenTool = { block: -1, id: '', name: '', args: '' };
    this.#tools.push(tool);
    if (index !== undefined) this.#byIndex.set(index, tool);
    return tool;
  }

  *#takeTool(call: ToolDelta): Generator<ModelEvent> {
    const tool = this.#toolFor(call);
    if (call.id) tool.id = call.id;
    if (call.function?.name && tool.block < 0) tool.name = call.function.name;
    const delta = call.function?.arguments ?? '';
    tool.args += delta;
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
}

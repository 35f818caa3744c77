import type { Usage } from '@shared/model/message.ts';
import type OpenAI from 'openai';
import { extractContextLimit } from '../context-limit.ts';
import { StreamCutError } from '../errors.ts';
import { noUsage } from '../no-usage.ts';
import type { ModelEvent } from '../port.ts';

type StreamEvent = OpenAI.Responses.ResponseStreamEvent;
type Item = OpenAI.Responses.ResponseOutputItem;

interface OpenTool {
  readonly block: number;
  args: string;
  ended: boolean;
}

function usageOf(usage: OpenAI.Responses.ResponseUsage | null | undefined): Usage {
  if (!usage) return noUsage;
  const read = usage.input_tokens_details?.cached_tokens ?? null;
  const written = usage.input_tokens_details?.cache_write_tokens ?? null;
  return {
    // The server counts cached tokens as input; we keep them apart, as they cost less.
    input_tokens:
      usage.input_tokens === undefined
        ? null
        : Math.max(0, usage.input_tokens - (read ?? 0) - (written ?? 0)),
    output_tokens: usage.output_tokens ?? null,
    total_tokens: usage.total_tokens ?? null,
    reasoning_tokens: usage.output_tokens_details?.reasoning_tokens ?? null,
    cache_creation_tokens: written,
    cache_read_tokens: read,
  };
}

/** A failed response as an error that the classifier reads by its code. */
function failedResponse(response: OpenAI.Responses.Response): Error {
  const code = response.error?.code ?? 'response_failed';
  const message = response.error?.message ?? 'Responses API response failed';
  return Object.assign(new Error(message), { code: code === 'rate_limit_exceeded' ? 'rate_limit' : code });
}

/** Turns the events of one Responses call into ours. One object for one call. */
export class ResponsesEvents {
  readonly #model: string;
  readonly #blocks = new Map<string, number>();
  readonly #tools = new Map<number, OpenTool>();
  #next = 0;
  #finished = false;

  constructor(model: string) {
    this.#model = model;
  }

  #block(key: string): number {
    const known = this.#blocks.get(key);
    if (known !== undefined) return known;
    const block = this.#next++;
    this.#blocks.set(key, block);
    return block;
  }

  *take(event: StreamEvent): Generator<ModelEvent> {
    // oxlint-disable-next-line typescript/switch-exhaustiveness-check -- the server has fifty events, these matter
    switch (event.type) {
      case 'response.output_item.added':
        if (event.item.type === 'function_call') yield* this.#startTool(event.output_index, event.item);
        return;
      case 'response.output_text.delta':
      case 'response.refusal.delta':
        if (event.delta !== '') {
          yield {
            type: 'text',
            block: this.#block(`t${event.output_index}:${event.content_index}`),
            delta: event.delta,
          };
        }
        return;
      case 'response.reasoning_summary_part.added':
        if (event.summary_index > 0) {
          yield { type: 'reasoning', block: this.#block(`r${event.output_index}`), delta: '\n\n' };
        }
        return;
      case 'response.reasoning_summary_text.delta':
      case 'response.reasoning_text.delta':
        if (event.delta !== '') {
          yield { type: 'reasoning', block: this.#block(`r${event.output_index}`), delta: event.delta };
        }
        return;
      case 'response.function_call_arguments.delta':
        yield* this.#toolArgs(event.output_index, event.delta);
        return;
      case 'response.output_item.done':
        yield* this.#endItem(event.output_index, event.item);
        return;
      case 'response.completed':
      case 'response.incomplete':
        yield* this.#finish(event.response);
        return;
      case 'response.failed':
        throw failedResponse(event.response);
      case 'error':
        throw Object.assign(new Error(event.message), { code: event.code ?? 'error' });
      default:
    }
  }

  /** The stream is over: it must have said so itself. */
  end(): void {
    if (!this.#finished) throw new StreamCutError('The stream ended without response.completed');
  }

  *#startTool(index: number, item: Item & { type: 'function_call' }): Generator<ModelEvent> {
    if (this.#tools.has(index)) return;
    const block = this.#next++;
    this.#tools.set(index, { block, args: '', ended: false });
    yield { type: 'tool-start', block, id: item.call_id || item.id || `call_${block}`, name: item.name };
  }

  *#toolArgs(index: number, delta: string): Generator<ModelEvent> {
    const tool = this.#tools.get(index);
    if (!tool || tool.ended || delta === '') return;
    tool.args += delta;
    yield { type: 'tool-args', block: tool.block, delta };
  }

  *#endItem(index: number, item: Item): Generator<ModelEvent> {
    if (item.type === 'function_call') {
      yield* this.#startTool(index, item);
      yield* this.#endTool(index, item.arguments);
    } else if (item.type === 'reasoning' && item.encrypted_content) {
      yield {
        type: 'reasoning-meta',
        block: this.#block(`r${index}`),
        metadata: {
          provider: 'openai',
          model: this.#model,
          id: item.id,
          encrypted_content: item.encrypted_content,
        },
      };
    }
  }

  *#endTool(index: number, whole: string | undefined): Generator<ModelEvent> {
    const tool = this.#tools.get(index);
    if (!tool || tool.ended) return;
    tool.ended = true;
    yield { type: 'tool-end', block: tool.block, args: whole || tool.args };
  }

  *#finish(response: OpenAI.Responses.Response): Generator<ModelEvent> {
    if (this.#finished) return;
    this.#finished = true;
    for (const index of this.#tools.keys()) yield* this.#endTool(index, undefined);
    const why = response.status === 'incomplete' ? (response.incomplete_details?.reason ?? 'other') : null;
    const stop = this.#tools.size > 0 ? 'tool-calls' : 'stop';
    yield {
      type: 'finish',
      reason:
        why === null
          ? stop
          : why === 'max_output_tokens'
            ? 'length'
            : why === 'content_filter'
              ? 'content-filter'
              : 'other',
      usage: usageOf(response.usage),
      contextLimit: extractContextLimit({ metadata: response.metadata, usage: response.usage }),
      responseId: response.id ?? null,
    };
  }
}

import type Anthropic from '@anthropic-ai/sdk';
import type { Usage } from '@shared/model/message.ts';
import { extractContextLimit } from '../context-limit.ts';
import { StreamCutError } from '../errors.ts';
import type { ModelEvent } from '../port.ts';

type StreamEvent = Anthropic.RawMessageStreamEvent;
type Finish = Extract<ModelEvent, { type: 'finish' }>;

interface OpenBlock {
  readonly block: number;
  readonly type: 'text' | 'thinking' | 'tool';
  args: string;
  signature: string;
  whole: unknown;
}

const reasons: Readonly<Record<string, Finish['reason']>> = {
  end_turn: 'stop',
  stop_sequence: 'stop',
  pause_turn: 'stop',
  tool_use: 'tool-calls',
  max_tokens: 'length',
  model_context_window_exceeded: 'length',
  refusal: 'content-filter',
};

/** Turns the events of one Messages call into ours. One object for one call. */
export class AnthropicEvents {
  readonly #open = new Map<number, OpenBlock>();
  #next = 0;
  #stopped = false;
  #stopReason: string | null = null;
  #responseId: string | null = null;
  #usage: Record<string, unknown> = {};

  *take(event: StreamEvent): Generator<ModelEvent> {
    switch (event.type) {
      case 'message_start':
        this.#responseId = event.message?.id ?? null;
        this.#addUsage(event.message?.usage);
        return;
      case 'content_block_start':
        yield* this.#start(event.index, event.content_block);
        return;
      case 'content_block_delta':
        yield* this.#delta(event.index, event.delta);
        return;
      case 'content_block_stop':
        yield* this.#stop(event.index);
        return;
      case 'message_delta':
        this.#stopReason = event.delta?.stop_reason ?? this.#stopReason;
        this.#addUsage(event.usage);
        return;
      case 'message_stop':
        yield* this.#finish();
        return;
      default:
    }
  }

  /** The stream is over: it must have said so itself. */
  end(): void {
    if (!this.#stopped) throw new StreamCutError('The stream ended without message_stop');
  }

  *#start(
    index: number,
    block: Anthropic.RawContentBlockStartEvent['content_block'],
  ): Generator<ModelEvent> {
    const open = (type: OpenBlock['type'], whole: unknown = null): OpenBlock => {
      const opened = { block: this.#next++, type, args: '', signature: '', whole };
      this.#open.set(index, opened);
      return opened;
    };
    if (block.type === 'text') {
      const { block: number } = open('text');
      if (block.text) yield { type: 'text', block: number, delta: block.text };
    } else if (block.type === 'thinking') {
      const opened = open('thinking');
      opened.signature = block.signature ?? '';
      if (block.thinking) yield { type: 'reasoning', block: opened.block, delta: block.thinking };
    } else if (block.type === 'redacted_thinking') {
      const metadata = { provider: 'anthropic', redacted: block.data };
      yield { type: 'reasoning-meta', block: this.#next++, metadata };
    } else if (block.type === 'tool_use') {
      const { block: number } = open('tool', block.input);
      yield { type: 'tool-start', block: number, id: block.id || `call_${number}`, name: block.name };
    }
  }

  *#delta(index: number, delta: Anthropic.RawContentBlockDelta): Generator<ModelEvent> {
    const open = this.#open.get(index);
    if (!open) return;
    if (delta.type === 'text_delta') {
      if (delta.text !== '') yield { type: 'text', block: open.block, delta: delta.text };
    } else if (delta.type === 'thinking_delta') {
      if (delta.thinking !== '') yield { type: 'reasoning', block: open.block, delta: delta.thinking };
    } else if (delta.type === 'signature_delta') {
      open.signature += delta.signature;
    } else if (delta.type === 'input_json_delta' && delta.partial_json !== '') {
      open.args += delta.partial_json;
      yield { type: 'tool-args', block: open.block, delta: delta.partial_json };
    }
  }

  *#stop(index: number): Generator<ModelEvent> {
    const open = this.#open.get(index);
    if (!open) return;
    this.#open.delete(index);
    if (open.type === 'thinking' && open.signature !== '') {
      const metadata = { provider: 'anthropic', signature: open.signature };
      yield { type: 'reasoning-meta', block: open.block, metadata };
    } else if (open.type === 'tool') {
      // Some compatible servers send the whole input with the start and no delta.
      yield { type: 'tool-end', block: open.block, args: open.args || JSON.stringify(open.whole ?? {}) };
    }
  }

  *#finish(): Generator<ModelEvent> {
    if (this.#stopped) return;
    this.#stopped = true;
    for (const index of this.#open.keys()) yield* this.#stop(index);
    yield {
      type: 'finish',
      reason: reasons[this.#stopReason ?? ''] ?? 'other',
      usage: this.#total(),
      contextLimit: extractContextLimit(this.#usage),
      responseId: this.#responseId,
    };
  }

  /** Later reports hold totals, so the last number of each kind counts. */
  #addUsage(usage: object | null | undefined): void {
    for (const [name, value] of Object.entries(usage ?? {})) if (value !== null) this.#usage[name] = value;
  }

  #total(): Usage {
    const count = (name: string) => {
      const value = this.#usage[name];
      return typeof value === 'number' ? value : null;
    };
    const details = this.#usage['output_tokens_details'] as { thinking_tokens?: number } | undefined;
    const parts = [
      'input_tokens',
      'output_tokens',
      'cache_creation_input_tokens',
      'cache_read_input_tokens',
    ].map(count);
    return {
      input_tokens: count('input_tokens'),
      output_tokens: count('output_tokens'),
      total_tokens: parts.every((part) => part === null)
        ? null
        : parts.reduce<number>((sum, part) => sum + (part ?? 0), 0),
      reasoning_tokens: details?.thinking_tokens ?? null,
      cache_creation_tokens: count('cache_creation_input_tokens'),
      cache_read_tokens: count('cache_read_input_tokens'),
    };
  }
}

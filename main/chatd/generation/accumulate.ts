import type { LivePart, Part } from '@shared/model/part.ts';
import { never } from '@shared/util/never.ts';
import type { ModelEvent } from '../../models/port.ts';

type Block =
  | { readonly type: 'text'; text: string }
  | {
      readonly type: 'reasoning';
      text: string;
      metadata: Record<string, unknown> | null;
      readonly startedAt: number;
      endedAt: number;
    }
  | {
      readonly type: 'tool';
      readonly id: string;
      readonly name: string;
      raw: string;
      metadata: Record<string, unknown> | null;
    };

/** One model call as it arrives: what to publish now, and in the end the content of the durable row. */
export class Accumulator {
  readonly #now: () => number;
  readonly #blocks = new Map<number, Block>();
  readonly #ids = new Set<string>();

  constructor(now: () => number) {
    this.#now = now;
  }

  /** Takes one event; answers the part to publish, or null when there is nothing to show. */
  take(event: ModelEvent): LivePart | null {
    switch (event.type) {
      case 'text':
      case 'reasoning':
        return this.#append(event);
      case 'reasoning-meta':
        return this.#putMetadata(event);
      case 'tool-start':
      case 'tool-args':
      case 'tool-end':
        return this.#takeTool(event);
      case 'finish':
        return null;
      default:
        return never(event);
    }
  }

  /** The content so far, blocks in the order in which they opened; empty blocks are left out. */
  parts(): readonly Part[] {
    return [...this.#blocks].sort(([a], [b]) => a - b).flatMap(([, block]) => toPart(block));
  }

  #append(event: Extract<ModelEvent, { type: 'text' | 'reasoning' }>): LivePart | null {
    const found = this.#blocks.get(event.block);
    if (found && found.type !== 'tool') {
      found.text += event.delta;
      if (found.type === 'reasoning') found.endedAt = this.#now();
    } else if (event.type === 'text') {
      this.#blocks.set(event.block, { type: 'text', text: event.delta });
    } else {
      this.#openReasoning(event.block, event.delta, null);
    }
    return event.delta ? { type: event.type, text: event.delta } : null;
  }

  /** A redacted block has metadata and no text: it must go back to the provider all the same. */
  #putMetadata(event: Extract<ModelEvent, { type: 'reasoning-meta' }>): null {
    const found = this.#blocks.get(event.block);
    if (found?.type === 'reasoning') found.metadata = { ...found.metadata, ...event.metadata };
    else this.#openReasoning(event.block, '', event.metadata);
    return null;
  }

  #openReasoning(at: number, text: string, metadata: Record<string, unknown> | null): void {
    const now = this.#now();
    this.#blocks.set(at, { type: 'reasoning', text, metadata, startedAt: now, endedAt: now });
  }

  #takeTool(
    event: Extract<ModelEvent, { type: 'tool-start' | 'tool-args' | 'tool-end' }>,
  ): LivePart | null {
    if (event.type === 'tool-start') {
      const id = this.#uniqueId(event.id);
      this.#blocks.set(event.block, { type: 'tool', id, name: event.name, raw: '', metadata: null });
      return { type: 'tool-call', tool_call_id: id, tool_name: event.name };
    }
    const block = this.#blocks.get(event.block);
    if (block?.type !== 'tool') return null;
    const call = { type: 'tool-call' as const, tool_call_id: block.id, tool_name: block.name };
    if (event.type === 'tool-args') {
      block.raw += event.delta;
      return event.delta ? { ...call, args_delta: event.delta } : null;
    }
    block.raw = event.args;
    block.metadata = event.metadata ?? null;
    return { ...call, args: parseArgs(event.args).args };
  }

  /** Some servers repeat `call_0` in one answer, or send no id at all. */
  #uniqueId(id: string): string {
    const base = id || `call_${this.#ids.size}`;
    let candidate = base;
    for (let n = 2; this.#ids.has(candidate); n += 1) candidate = `${base}_${n}`;
    this.#ids.add(candidate);
    return candidate;
  }
}

function toPart(block: Block): Part[] {
  switch (block.type) {
    case 'text':
      return block.text ? [{ type: 'text', text: block.text }] : [];
    case 'reasoning': {
      if (!block.text && !block.metadata) return [];
      const title = reasoningTitle(block.text);
      return [
        {
          type: 'reasoning',
          text: block.text,
          ...(title ? { title } : {}),
          duration_ms: Math.round(block.endedAt - block.startedAt),
          ...(block.metadata ? { provider_metadata: block.metadata } : {}),
        },
      ];
    }
    case 'tool': {
      const { args, invalid } = parseArgs(block.raw);
      return [
        {
          type: 'tool-call',
          tool_call_id: block.id,
          tool_name: block.name,
          args,
          ...(invalid === null ? {} : { invalid_args: invalid }),
          ...(block.metadata ? { provider_metadata: block.metadata } : {}),
        },
      ];
    }
    default:
      return never(block);
  }
}

/** Arguments must be a JSON object; anything else is kept as text and answered with an error result. */
export function parseArgs(raw: string): { args: Record<string, unknown>; invalid: string | null } {
  if (raw.trim() === '') return { args: {}, invalid: null };
  try {
    const value: unknown = JSON.parse(raw);
    if (typeof value === 'object' && value !== null && !Array.isArray(value)) {
      return { args: value as Record<string, unknown>, invalid: null };
    }
  } catch {
    // Not JSON: the model reads its own words back in the error result.
  }
  return { args: {}, invalid: raw.slice(0, 4_000) };
}

/** A bold or heading-like first line is the label of the folded row (CHATD 5.6). */
export function reasoningTitle(text: string): string | null {
  const first = text.trimStart().split('\n', 1)[0]?.trim() ?? '';
  const bold = /^\*\*(.{1,120}?)\*\*:?$/.exec(first);
  const heading = /^#{1,6}\s+(.{1,120})$/.exec(first);
  return (bold?.[1] ?? heading?.[1])?.trim() || null;
}

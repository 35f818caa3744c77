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
  | { readonly type: 'tool'; readonly id: string; readonly name: string; raw: string; ended: boolean };

/** One model call as it arrives: what to publish now, and in the end the content of the durable row. */
export interface Accumulator {
  /** Takes one event; answers the part to publish, or null when there is nothing to show. */
  take(event: ModelEvent): LivePart | null;
  /** The content so far, blocks in the order in which they opened; empty blocks are left out. */
  parts(): readonly Part[];
}

export function createAccumulator(now: () => number): Accumulator {
  const blocks = new Map<number, Block>();
  const ids = new Set<string>();

  /** Some servers repeat `call_0` in one answer, or send no id at all. */
  function uniqueId(id: string): string {
    const base = id || `call_${ids.size}`;
    let candidate = base;
    for (let n = 2; ids.has(candidate); n += 1) candidate = `${base}_${n}`;
    ids.add(candidate);
    return candidate;
  }

  function append(event: Extract<ModelEvent, { type: 'text' | 'reasoning' }>): LivePart | null {
    const found = blocks.get(event.block);
    if (found && found.type !== 'tool') {
      found.text += event.delta;
      if (found.type === 'reasoning') found.endedAt = now();
    } else {
      blocks.set(
        event.block,
        event.type === 'text'
          ? { type: 'text', text: event.delta }
          : { type: 'reasoning', text: event.delta, metadata: null, startedAt: now(), endedAt: now() },
      );
    }
    return event.delta ? { type: event.type, text: event.delta } : null;
  }

  function putMetadata(event: Extract<ModelEvent, { type: 'reasoning-meta' }>): null {
    const found = blocks.get(event.block);
    if (found?.type === 'reasoning') found.metadata = { ...found.metadata, ...event.metadata };
    // A redacted block has metadata and no text: it must go back to the provider all the same.
    else {
      const at = now();
      blocks.set(event.block, {
        type: 'reasoning',
        text: '',
        metadata: event.metadata,
        startedAt: at,
        endedAt: at,
      });
    }
    return null;
  }

  function takeTool(
    event: Extract<ModelEvent, { type: 'tool-start' | 'tool-args' | 'tool-end' }>,
  ): LivePart | null {
    if (event.type === 'tool-start') {
      const id = uniqueId(event.id);
      blocks.set(event.block, { type: 'tool', id, name: event.name, raw: '', ended: false });
      return { type: 'tool-call', tool_call_id: id, tool_name: event.name };
    }
    const block = blocks.get(event.block);
    if (block?.type !== 'tool') return null;
    const call = { type: 'tool-call' as const, tool_call_id: block.id, tool_name: block.name };
    if (event.type === 'tool-args') {
      block.raw += event.delta;
      return event.delta ? { ...call, args_delta: event.delta } : null;
    }
    block.raw = event.args;
    block.ended = true;
    return { ...call, args: parseArgs(event.args).args };
  }

  return {
    take(event) {
      switch (event.type) {
        case 'text':
        case 'reasoning':
          return append(event);
        case 'reasoning-meta':
          return putMetadata(event);
        case 'tool-start':
        case 'tool-args':
        case 'tool-end':
          return takeTool(event);
        case 'finish':
          return null;
        default:
          return never(event);
      }
    },
    parts() {
      return [...blocks].sort(([a], [b]) => a - b).flatMap(([, block]) => toPart(block));
    },
  };
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

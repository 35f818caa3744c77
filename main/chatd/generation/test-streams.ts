import fs from 'node:fs';
import path from 'node:path';
import type { FaultKind } from '@shared/model/fault.ts';
import type { Usage } from '@shared/model/message.ts';
import type { Part } from '@shared/model/part.ts';
import { anthropic } from '../../models/anthropic/messages.ts';
import { openaiChat } from '../../models/openai/chat-completions.ts';
import { openaiResponses } from '../../models/openai/responses.ts';
import { type LanguageModel, ModelError, type ModelEvent, type ModelRequest } from '../../models/port.ts';
import { Accumulator } from './accumulate.ts';

/** What a server sent (`<provider>/<quirk>.sse`), and what must come of it (the `.json` beside it). */
export interface Fixture {
  readonly name: string;
  /** Addresses of the documentation that the bytes were written from. */
  readonly documents: readonly string[];
  /** Without the header. */
  readonly bytes: Uint8Array<ArrayBuffer>;
  readonly expected: Expected;
}

export interface Outcome {
  readonly parts: readonly Part[];
  readonly finish?: { readonly reason: string; readonly usage: Usage; readonly responseId: string | null };
  readonly error?: {
    readonly kind: FaultKind;
    readonly retryable: boolean;
    readonly statusCode?: number;
    readonly detail?: string;
  };
}

export interface Expected extends Outcome {
  readonly api: 'chat' | 'responses' | 'messages';
  /** What the official client by itself makes of the same bytes, where it is not the same. */
  readonly sdk?:
    | { readonly fails: string }
    | { readonly differs: readonly ('text' | 'reasoning' | 'calls' | 'ids')[]; readonly why: string };
}

const folder = path.resolve(import.meta.dirname, '../../models/fixtures');

/** Lines that begin with `#` are the header; no line of an event stream needs to. */
function withoutHeader(file: Buffer): { header: string[]; bytes: Uint8Array<ArrayBuffer> } {
  const header: string[] = [];
  let at = 0;
  while (file[at] === 0x23) {
    const end = file.indexOf(0x0a, at);
    header.push(file.toString('utf8', at + 1, end).trim());
    at = end + 1;
  }
  return { header, bytes: new Uint8Array(file.subarray(at)) };
}

export function fixtures(): Fixture[] {
  const files = fs.readdirSync(folder, { recursive: true, encoding: 'utf8' });
  return files
    .filter((file) => file.endsWith('.sse'))
    .sort()
    .map((file) => {
      const { header, bytes } = withoutHeader(fs.readFileSync(path.join(folder, file)));
      const expected: unknown = JSON.parse(
        fs.readFileSync(path.join(folder, file.replace(/\.sse$/, '.json')), 'utf8'),
      );
      return {
        name: file.replace(/\.sse$/, '').replaceAll(path.sep, '/'),
        documents: header.filter((line) => line.startsWith('https://')),
        bytes,
        expected: expected as Expected,
      };
    });
}

/** A server that gives these bytes to every call, in these pieces. */
export function serving(pieces: readonly Uint8Array<ArrayBuffer>[]): typeof globalThis.fetch {
  return async () => {
    const waiting = [...pieces];
    const body = new ReadableStream<Uint8Array>({
      pull(controller) {
        const piece = waiting.shift();
        if (piece) controller.enqueue(piece);
        else controller.close();
      },
    });
    return new Response(body, { headers: { 'content-type': 'text/event-stream' } });
  };
}

/** The bytes, cut at these places. */
export function cutAt(
  bytes: Uint8Array<ArrayBuffer>,
  places: readonly number[],
): Uint8Array<ArrayBuffer>[] {
  const ends = [...new Set(places.map((place) => place % bytes.length)), bytes.length].sort(
    (a, b) => a - b,
  );
  return ends.map((end, i) => bytes.subarray(ends[i - 1] ?? 0, end));
}

const makers = { chat: openaiChat, responses: openaiResponses, messages: anthropic };

export const request: ModelRequest = {
  model: 'gpt-5',
  messages: [{ role: 'user', content: [{ type: 'text', text: 'Go on.' }] }],
  tools: [],
  toolChoice: 'auto',
  maxOutputTokens: 1_000,
  effort: null,
  options: {},
};

export function adapter(api: Expected['api'], fetch: typeof globalThis.fetch): LanguageModel {
  return makers[api]({
    provider: 'Acme',
    apiKey: 'sk-secret-key-123456',
    baseUrl: 'http://model.invalid/v1',
    compatible: true,
    headers: {},
    keyVariable: null,
    now: () => 0,
    fetch,
  });
}

/** One call as the worker makes it: the content of the row that it would commit, and how it ended. */
export async function outcomeOf(model: LanguageModel): Promise<Outcome> {
  const accumulator = new Accumulator(() => 0);
  let finish: Extract<ModelEvent, { type: 'finish' }> | null = null;
  try {
    for await (const event of model.stream(request, new AbortController().signal)) {
      if (finish) throw new Error(`${event.type} after the finish`);
      if (event.type === 'finish') finish = event;
      accumulator.take(event);
    }
  } catch (error) {
    if (!(error instanceof ModelError)) throw error;
    const { kind, retryable, statusCode, detail } = error;
    return {
      parts: partsOf(accumulator),
      error: { kind, retryable, ...(statusCode === null ? {} : { statusCode }), detail: detail ?? '' },
    };
  }
  if (!finish) throw new Error('The stream ended without a finish and without an error');
  const { reason, usage, responseId } = finish;
  return { parts: partsOf(accumulator), finish: { reason, usage, responseId } };
}

/** How long the model thought is not the server's to say. */
function partsOf(accumulator: Accumulator): Part[] {
  return accumulator.parts().map((part) => {
    if (part.type !== 'reasoning') return part;
    const { duration_ms: _, ...rest } = part;
    return rest;
  });
}

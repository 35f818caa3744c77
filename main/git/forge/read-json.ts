import type { z } from 'zod';
import { ForgeError } from './port.ts';

const MAX_BYTES = 4 * 1024 * 1024;

export type Fetch = typeof globalThis.fetch;

export interface ApiOptions {
  readonly base: string;
  /** What says who asks; empty without a token. */
  readonly headers: Readonly<Record<string, string>>;
  readonly fetch: Fetch;
}

export type ReadJson = <S extends z.ZodType>(
  path: string,
  shape: S,
  signal: AbortSignal,
) => Promise<z.output<S>>;

/** Reads from one API, and takes nothing that has another shape than is expected. */
export function createReader({ base, headers, fetch }: ApiOptions): ReadJson {
  return async (path, shape, signal) => {
    const response = await fetch(base + path, {
      headers: { accept: 'application/json', 'user-agent': 'Gaffer', ...headers },
      // A token goes nowhere else.
      redirect: 'error',
      signal,
    }).catch((error: unknown) => {
      signal.throwIfAborted();
      throw new ForgeError('unreachable', `${new URL(base).host} cannot be reached: ${causeOf(error)}.`);
    });
    if (!response.ok) {
      await response.body?.cancel();
      throw refusalOf(response.status, new URL(base).host);
    }
    const parsed = shape.safeParse(parse(await textOf(response, signal)));
    if (parsed.success) return parsed.data;
    throw new ForgeError('unreadable', `The answer of ${new URL(base).host} is none that is known.`);
  };
}

function refusalOf(status: number, host: string): ForgeError {
  if (status === 401 || status === 403)
    return new ForgeError('refused', `${host} does not accept the token.`);
  if (status === 404) return new ForgeError('missing', `${host} has nothing there, or does not show it.`);
  return new ForgeError('unreachable', `${host} answered with ${status}.`);
}

async function textOf(response: Response, signal: AbortSignal): Promise<string> {
  const chunks: Uint8Array[] = [];
  let size = 0;
  const body = response.body as AsyncIterable<Uint8Array> | null;
  for await (const chunk of body ?? []) {
    signal.throwIfAborted();
    size += chunk.length;
    if (size > MAX_BYTES) throw new ForgeError('unreadable', 'The answer is too long.');
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString('utf8');
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** `fetch` hides what happened in the cause. */
function causeOf(error: unknown): string {
  const { cause } = error as { readonly cause?: { readonly code?: string; readonly message?: string } };
  return cause?.code ?? cause?.message ?? String(error);
}

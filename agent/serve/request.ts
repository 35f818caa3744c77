import type { IncomingMessage } from 'node:http';
import { CHAT_HEADER, KEY_HEADER } from '@shared/agent-protocol/index.ts';
import { sha256 } from '../base/hash.ts';
import { limits } from '../base/limits.ts';
import { badRequest } from '../base/refusal.ts';
import { readBody } from './body.ts';

/** It is handed to every command in its environment. */
const MOST_CHAT_ID = 200;

/** One request, its body read and bounded. `signal` aborts when the client or the server goes. */
export interface Request {
  readonly method: string;
  readonly path: string;
  readonly query: URLSearchParams;
  readonly chatId: string | null;
  readonly key: string | null;
  readonly body: Buffer;
  readonly signal: AbortSignal;
}

export async function readRequest(
  message: IncomingMessage,
  signal: AbortSignal,
  silentMs: number,
): Promise<Request> {
  const url = urlOf(message.url ?? '/');
  const chatId = message.headers[CHAT_HEADER];
  const key = message.headers[KEY_HEADER];
  const most = url.pathname.endsWith('/write-file') ? limits.writeBody : limits.body;
  if ((chatId?.length ?? 0) > MOST_CHAT_ID) throw badRequest('the chat’s id is too long');
  return {
    method: message.method ?? 'GET',
    path: url.pathname,
    query: url.searchParams,
    chatId: typeof chatId === 'string' && chatId !== '' ? chatId : null,
    key: typeof key === 'string' && key !== '' ? key : null,
    body: await readBody(message, { most, silentMs, signal }),
    signal,
  };
}

function urlOf(given: string): URL {
  try {
    return new URL(given.startsWith('/') ? `http://agent${given}` : given);
  } catch {
    throw badRequest('this is no address');
  }
}

/** The key of a mutating call and the hash that a repeat must have too. */
export function keyOf(request: Request): { readonly key: string; readonly hash: string } {
  if (request.key === null) throw badRequest('the Idempotency-Key header is required');
  if (request.key.length > 512) throw badRequest('the Idempotency-Key is too long');
  const what = `${request.method} ${request.path}?${request.query.toString()}`;
  return { key: request.key, hash: sha256(what, request.chatId ?? '', request.body) };
}

/** Missing: `fallback`. */
export function intOf(request: Request, name: string, fallback: number): number {
  const text = request.query.get(name);
  if (text === null || text === '') return fallback;
  const value = Number(text);
  if (!Number.isSafeInteger(value)) throw badRequest(`${name} must be a whole number`);
  return value;
}

export type Json = Readonly<Record<string, unknown>>;

export function jsonOf(request: Request): Json {
  let value: unknown;
  try {
    value = JSON.parse(request.body.toString('utf8'));
  } catch {
    throw badRequest('the body is not valid JSON');
  }
  return recordOf(value, 'the body');
}

export function recordOf(value: unknown, what: string): Json {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    throw badRequest(`${what} must be an object`);
  }
  return value as Json;
}

export function stringOf(value: unknown, what: string): string {
  if (typeof value !== 'string') throw badRequest(`${what} must be a string`);
  return value;
}

export function listOf(value: unknown, what: string): readonly unknown[] {
  if (!Array.isArray(value)) throw badRequest(`${what} must be a list`);
  return value;
}

/** Absent and null are false. */
export function flagOf(value: unknown, what: string): boolean {
  if (value === undefined || value === null) return false;
  if (typeof value !== 'boolean') throw badRequest(`${what} must be true or false`);
  return value;
}

/** `{name: value}` of a whole number that is not negative; `{}` when it is absent or null. */
export function countOf<Name extends string>(body: Json, name: Name): { readonly [key in Name]?: number } {
  const value = body[name] ?? null;
  if (value === null) return {};
  if (!Number.isSafeInteger(value) || (value as number) < 0)
    throw badRequest(`${name} must be a whole number`);
  return { [name]: value } as { readonly [key in Name]?: number };
}

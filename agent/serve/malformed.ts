import http from 'node:http';
import type { Duplex } from 'node:stream';
import { badRequest, errorCode, failureOf, Refusal } from '../base/refusal.ts';

/** The exchange that a connection is busy with. */
export interface Exchange {
  readonly message: http.IncomingMessage;
  readonly response: http.ServerResponse;
}

/** What the parser says of a client that speaks no HTTP, or never comes to the end of a request. */
export function refusalOfParser(error: Error): Refusal {
  const code = errorCode(error);
  if (code === 'ERR_HTTP_REQUEST_TIMEOUT')
    return new Refusal(408, 'timeout', 'the request came to no end in time');
  if (code === 'HPE_HEADER_OVERFLOW') return new Refusal(431, 'too-large', 'the headers are too large');
  return badRequest(`this is no HTTP that is understood here (${code || error.name})`);
}

const LINGER_MS = 2_000;
const refused = new WeakSet<Duplex>();

/**
 * On a connection whose parser has given up. The connection ends with it, but not before the client has: who still sends
 * would never see it. What it sends meanwhile is passed over.
 */
export function refuseRaw(socket: Duplex, refusal: Refusal): void {
  if (refused.has(socket)) return;
  refused.add(socket);
  socket.on('error', () => {});
  if (!socket.writable) {
    socket.destroy();
    return;
  }
  const body = JSON.stringify(failureOf(refusal));
  const head = [
    `HTTP/1.1 ${refusal.status} ${http.STATUS_CODES[refusal.status] ?? ''}`,
    'content-type: application/json',
    `content-length: ${Buffer.byteLength(body)}`,
    'connection: close',
  ].join('\r\n');
  socket.end(`${head}\r\n\r\n${body}`);
  const timer = setTimeout(() => socket.destroy(), LINGER_MS);
  socket.once('close', () => clearTimeout(timer));
}

export function isRefused(socket: Duplex): boolean {
  return refused.has(socket);
}

/** A request before it on the same connection was a good one: its answer goes first. */
export function afterAnswer({ response }: Exchange, then: () => void): void {
  if (response.writableFinished || response.destroyed) then();
  else response.once('close', then);
}

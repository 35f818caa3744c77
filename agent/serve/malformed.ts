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

/** On a connection that has no response of its own to say it with. The connection ends. */
export function refuseRaw(socket: Duplex, refusal: Refusal): void {
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
  socket.on('error', () => {});
  socket.end(`${head}\r\n\r\n${body}`, () => socket.destroy());
}

/** A request before it on the same connection was a good one: its answer goes first. */
export function afterAnswer({ response }: Exchange, then: () => void): void {
  if (response.writableFinished || response.destroyed) then();
  else response.once('close', then);
}

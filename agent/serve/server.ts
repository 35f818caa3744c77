import { timingSafeEqual } from 'node:crypto';
import http from 'node:http';
import { KEY_HEADER } from '@shared/agent-protocol/index.ts';
import { failpoint } from '../base/failpoints.ts';
import { hashOfBytes } from '../base/hash.ts';
import type { Log } from '../base/log-file.ts';
import { failureOf, Refusal, refusalOf } from '../base/refusal.ts';
import { type Request, readRequest } from './request.ts';
import { answer, type Parts, type Reply } from './routes.ts';

export interface DoorOptions {
  readonly token: string;
  readonly parts: Parts;
  readonly log: Log;
  /** Aborts when the agent ends: waiting requests then answer with what is known. */
  readonly ends: AbortSignal;
}

/** Checks the token, answers, and knows when somebody was here last. */
export class Door {
  private readonly options: DoorOptions;
  private readonly tokenHash: Buffer;
  private open = 0;
  private lastAt = Date.now();

  constructor(options: DoorOptions) {
    this.options = options;
    this.tokenHash = Buffer.from(hashOfBytes(Buffer.from(`Bearer ${options.token}`)));
  }

  /** 0 while a request is open. */
  idleMs(): number {
    return this.open > 0 ? 0 : Date.now() - this.lastAt;
  }

  makeServer(): http.Server {
    const server = http.createServer((message, response) => void this.serve(message, response));
    server.keepAliveTimeout = 90_000;
    return server;
  }

  private async serve(message: http.IncomingMessage, response: http.ServerResponse): Promise<void> {
    this.open++;
    const gone = new AbortController();
    const leave = () => gone.abort();
    response.once('close', leave);
    this.options.ends.addEventListener('abort', leave, { once: true });
    try {
      const reply = await this.reply(message, gone.signal);
      if (message.headers[KEY_HEADER] !== undefined) failKeyed(response);
      if (!response.destroyed) send(response, reply, this.options.ends.aborted);
    } finally {
      this.options.ends.removeEventListener('abort', leave);
      if (!message.complete) discardRest(message);
      this.open--;
      this.lastAt = Date.now();
    }
  }

  private async reply(message: http.IncomingMessage, signal: AbortSignal): Promise<Reply> {
    const startedAt = Date.now();
    let request: Request | null = null;
    let reply: Reply;
    try {
      this.authorize(message);
      request = await readRequest(message, signal);
      reply = await answer(request, this.options.parts);
    } catch (error) {
      const refusal = refusalOf(error, 'the request');
      if (refusal.status >= 500)
        this.options.log('failed', { error: String(error), stack: stackOf(error) });
      reply = { status: refusal.status, body: failureOf(refusal) };
    }
    if (message.method !== 'GET' || reply.status >= 400) {
      this.options.log('request', {
        method: message.method,
        path: message.url?.split('?')[0],
        status: reply.status,
        tookMs: Date.now() - startedAt,
        chatId: request?.chatId ?? null,
      });
    }
    return reply;
  }

  /** Hashes have one length, and comparing them tells nothing about where they differ. */
  private authorize(message: http.IncomingMessage): void {
    const given = Buffer.from(hashOfBytes(Buffer.from(message.headers.authorization ?? '')));
    if (!timingSafeEqual(given, this.tokenHash))
      throw new Refusal(401, 'unauthorized', 'the token is wrong');
  }
}

function send(response: http.ServerResponse, reply: Reply, last: boolean): void {
  const raw = Buffer.isBuffer(reply.body);
  const bytes = raw ? (reply.body as Buffer) : Buffer.from(JSON.stringify(reply.body));
  response.writeHead(reply.status, {
    'content-type': reply.type ?? (raw ? 'application/octet-stream' : 'application/json'),
    'content-length': bytes.length,
    ...(last ? { connection: 'close' } : {}),
  });
  response.end(bytes);
}

/** Reads have no reply that would matter twice. */
function failKeyed(response: http.ServerResponse): void {
  failpoint('before-reply');
  response.once('finish', () => failpoint('after-reply'));
}

const DISCARD_BYTES = 64 * 2 ** 20;
const DISCARD_MS = 5_000;

/** A client reads the refusal after it has sent its body: closing at once would show it a broken connection. */
function discardRest(message: http.IncomingMessage): void {
  let left = DISCARD_BYTES;
  const timer = setTimeout(() => message.destroy(), DISCARD_MS);
  message.once('close', () => clearTimeout(timer));
  message.on('error', () => {});
  message.on('data', (chunk: Buffer) => {
    left -= chunk.length;
    if (left < 0) message.destroy();
  });
}

function stackOf(error: unknown): string {
  return error instanceof Error ? (error.stack ?? '') : '';
}

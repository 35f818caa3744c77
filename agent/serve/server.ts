import { timingSafeEqual } from 'node:crypto';
import http from 'node:http';
import type { Duplex } from 'node:stream';
import { KEY_HEADER } from '@shared/agent-protocol/index.ts';
import { failpoint } from '../base/failpoints.ts';
import { hashOfBytes } from '../base/hash.ts';
import { limits } from '../base/limits.ts';
import type { Log } from '../base/log-file.ts';
import { badRequest, failureOf, Refusal, refusalOf } from '../base/refusal.ts';
import { discardRest } from './body.ts';
import { afterAnswer, type Exchange, isRefused, refusalOfParser, refuseRaw } from './malformed.ts';
import { type Request, readRequest } from './request.ts';
import { answer, type Parts, type Reply } from './routes.ts';

export interface DoorOptions {
  readonly token: string;
  readonly parts: Parts;
  readonly log: Log;
  /** Aborts when the agent ends: waiting requests then answer with what is known. */
  readonly ends: AbortSignal;
  readonly bounds?: DoorBounds;
}

/** How long a client may take for what, so that none who is slow or silent keeps the agent. */
export interface DoorBounds {
  readonly headersMs: number;
  /** For all of a request. */
  readonly requestMs: number;
  /** In the middle of a body. */
  readonly silentMs: number;
  /** While it is sent its answer. */
  readonly unreadMs: number;
  /** Between two requests. */
  readonly idleMs: number;
  readonly connections: number;
  /** At once; one connection may send several without waiting. */
  readonly requests: number;
}

const usual: DoorBounds = {
  headersMs: limits.headersMs,
  requestMs: limits.requestMs,
  silentMs: limits.silentMs,
  unreadMs: limits.unreadMs,
  idleMs: limits.keepAliveMs,
  connections: limits.connections,
  requests: limits.requests,
};

/** Checks the token, answers, and knows when somebody was here last. */
export class Door {
  private readonly options: DoorOptions;
  private readonly tokenHash: Buffer;
  private readonly bounds: DoorBounds;
  private readonly exchanges = new WeakMap<Duplex, Exchange>();
  private open = 0;
  private streams = 0;
  private lastAt = Date.now();

  constructor(options: DoorOptions) {
    this.options = options;
    this.bounds = options.bounds ?? usual;
    this.tokenHash = Buffer.from(hashOfBytes(Buffer.from(`Bearer ${options.token}`)));
  }

  /** 0 while a request is open. */
  idleMs(): number {
    return this.open > 0 ? 0 : Date.now() - this.lastAt;
  }

  makeServer(): http.Server {
    const { headersMs, requestMs, idleMs, connections } = this.bounds;
    const server = http.createServer(
      {
        headersTimeout: headersMs,
        requestTimeout: requestMs,
        keepAliveTimeout: idleMs,
        connectionsCheckingInterval: Math.min(5_000, headersMs),
        // Who speaks over a socket of ours has no host to name.
        requireHostHeader: false,
      },
      (message, response) => void this.serve(message, response),
    );
    server.maxConnections = connections;
    server.on('clientError', (error, socket) => this.refuseMalformed(error, socket));
    server.on('checkExpectation', (message: http.IncomingMessage, response: http.ServerResponse) => {
      const refusal = new Refusal(417, 'bad-request', 'this is expected in vain');
      send(response, replyOf(refusal), true, discardRest(message));
    });
    server.on('connect', (_message, socket) => refuseRaw(socket, badRequest('there is no tunnel here')));
    return server;
  }

  private refuseMalformed(error: Error, socket: Duplex): void {
    const refusal = refusalOfParser(error);
    const exchange = this.exchanges.get(socket);
    if (!exchange || exchange.response.writableFinished) refuseRaw(socket, refusal);
    else if (exchange.message.complete) afterAnswer(exchange, () => refuseRaw(socket, refusal));
    // In the middle of its body.
    else if (exchange.response.headersSent) socket.destroy();
    else refuseRaw(socket, refusal);
  }

  private async serve(message: http.IncomingMessage, response: http.ServerResponse): Promise<void> {
    this.open++;
    this.exchanges.set(message.socket, { message, response });
    const gone = new AbortController();
    const leave = () => gone.abort();
    response.once('close', leave);
    this.options.ends.addEventListener('abort', leave, { once: true });
    try {
      const reply = await this.reply(message, gone.signal);
      if (message.headers[KEY_HEADER] !== undefined) failKeyed(response);
      if (response.destroyed || isRefused(message.socket)) return;
      // The socket's own timer is set anew by each byte that goes out, and by the next request.
      message.socket.setTimeout(this.bounds.unreadMs);
      const last = this.options.ends.aborted || reply.status === 408;
      if (reply.stream) await this.stream(response, reply.stream, gone.signal);
      else send(response, reply, last, message.complete ? null : discardRest(message));
    } finally {
      this.options.ends.removeEventListener('abort', leave);
      this.open--;
      this.lastAt = Date.now();
    }
  }

  /** A failure in the midst of it can no longer be told: the client finds the connection closed and asks again. */
  private async stream(
    response: http.ServerResponse,
    run: NonNullable<Reply['stream']>,
    signal: AbortSignal,
  ): Promise<void> {
    this.streams++;
    try {
      response.writeHead(200, { 'content-type': 'text/event-stream', 'cache-control': 'no-store' });
      response.flushHeaders();
      await run(response, signal);
      response.end();
    } catch (error) {
      this.options.log('failed', { error: String(error), stack: stackOf(error) });
      response.destroy();
    } finally {
      this.streams--;
    }
  }

  private async reply(message: http.IncomingMessage, signal: AbortSignal): Promise<Reply> {
    const startedAt = Date.now();
    let request: Request | null = null;
    let reply: Reply;
    try {
      this.authorize(message);
      if (this.open > this.bounds.requests)
        throw new Refusal(503, 'busy', 'too many requests at once; try again');
      request = await readRequest(message, signal, this.bounds.silentMs);
      reply = await answer(request, this.options.parts);
      if (reply.stream && this.streams >= limits.eventStreams)
        throw new Refusal(503, 'busy', `${this.streams} event streams are open already`);
    } catch (error) {
      const refusal = refusalOf(error, 'the request');
      if (refusal.status >= 500)
        this.options.log('failed', { error: String(error), stack: stackOf(error) });
      reply = replyOf(refusal);
    }
    // One line for each key that a person types would be the whole log.
    const isTyping = request?.path.endsWith('/input') === true;
    if ((message.method !== 'GET' && !isTyping) || reply.status >= 400) {
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

function replyOf(refusal: Refusal): Reply {
  return { status: refusal.status, body: failureOf(refusal) };
}

/** `last`: the connection ends with it, but not before `rest`: until then the client is still sending. */
function send(
  response: http.ServerResponse,
  reply: Reply,
  last: boolean,
  rest: Promise<void> | null,
): void {
  const raw = Buffer.isBuffer(reply.body);
  const bytes = raw ? (reply.body as Buffer) : Buffer.from(JSON.stringify(reply.body));
  response.writeHead(reply.status, {
    'content-type': reply.type ?? (raw ? 'application/octet-stream' : 'application/json'),
    'content-length': bytes.length,
    ...(last ? { connection: 'close' } : {}),
  });
  if (rest === null) {
    response.end(bytes);
    return;
  }
  response.write(bytes);
  void rest.then(() => response.end());
}

/** Reads have no reply that would matter twice. */
function failKeyed(response: http.ServerResponse): void {
  failpoint('before-reply');
  response.once('finish', () => failpoint('after-reply'));
}

function stackOf(error: unknown): string {
  return error instanceof Error ? (error.stack ?? '') : '';
}

import { setMaxListeners } from 'node:events';
import http from 'node:http';
import type { Duplex } from 'node:stream';
import { AGENT_BASE } from '@shared/agent-protocol/index.ts';
import { failpoint } from '../base/failpoints.ts';
import { type AgentError, LinkDown } from './client.ts';
import { type OpenStream, streamCall } from './http-stream.ts';
import { type Call, headersOf, refusal, type Wire } from './http-wire.ts';

/** Answers the body of a 2xx reply. Throws AgentError, LinkDown, or the signal's reason. */
export type Send = (call: Call) => Promise<Buffer>;

export interface HttpLink {
  readonly send: Send;
  readonly stream: OpenStream;
  close(): void;
}

export interface HttpLinkOptions {
  /** A new connection to the agent's socket: local, or a channel of an SSH connection. */
  readonly connect: () => Promise<Duplex> | Duplex;
  readonly token: string;
  readonly maxConnections?: number;
}

/** Many calls over a few connections that stay open. A waiting call holds one. */
export function createHttpLink(options: HttpLinkOptions): HttpLink {
  const agent = new DialingAgent(options);
  const wire: Wire = { agent, token: options.token, open: new Set() };
  return {
    send: (call) => sendCall(wire, call),
    stream: (call) => streamCall(wire, call),
    close() {
      agent.destroy();
      for (const end of wire.open) end(new Error('the connection was closed'));
    },
  };
}

class DialingAgent extends http.Agent {
  private readonly dial: HttpLinkOptions['connect'];

  constructor({ connect, maxConnections }: HttpLinkOptions) {
    super({ keepAlive: true, maxSockets: maxConnections ?? 64, maxFreeSockets: 8 });
    this.dial = connect;
  }

  override createConnection(
    _options: http.ClientRequestArgs,
    done?: (error: Error | null, stream: Duplex) => void,
  ): undefined {
    void this.connect(done ?? (() => {}));
    return undefined;
  }

  private async connect(done: (error: Error | null, stream: Duplex) => void): Promise<void> {
    let stream: Duplex;
    try {
      stream = asSocket(await this.dial());
    } catch (error) {
      // Node's type wants a stream beside the error and looks at the error alone.
      (done as (error: Error) => void)(error instanceof Error ? error : new Error(String(error)));
      return;
    }
    done(null, stream);
  }
}

/** What http.Agent calls on a socket and a plain Duplex (an SSH channel) does not have. */
function asSocket(stream: Duplex): Duplex {
  const socket = stream as Duplex & Record<string, unknown>;
  for (const name of ['setKeepAlive', 'setNoDelay', 'setTimeout', 'ref', 'unref']) {
    socket[name] ??= () => stream;
  }
  socket.destroySoon ??= () => stream.end();
  return stream;
}

async function sendCall(wire: Wire, call: Call): Promise<Buffer> {
  for (;;) {
    if (call.key !== undefined) failpoint('before-send');
    const result = await exchange(wire, call);
    if (call.key !== undefined) failpoint('after-answer');
    if (result.kind === 'answer') return result.body;
    if (result.kind === 'refused') throw result.error;
    call.signal.throwIfAborted();
    // An idle connection that the agent had closed in that moment: nothing was lost, a fresh one tells more.
    if (!result.reused) throw new LinkDown(result.reason);
  }
}

type Exchange =
  | { readonly kind: 'answer'; readonly body: Buffer }
  | { readonly kind: 'refused'; readonly error: AgentError }
  | { readonly kind: 'broken'; readonly reason: string; readonly reused: boolean };

/** A request that waits for its connection says nothing when it is destroyed: abort and time settle by themselves. */
function exchange({ agent, token, open }: Wire, call: Call): Promise<Exchange> {
  if (call.signal.aborted) return Promise.resolve({ kind: 'broken', reason: 'cancelled', reused: false });
  return new Promise((resolve) => {
    const request = http.request({
      agent,
      method: call.method,
      path: AGENT_BASE + call.path,
      host: 'agent',
      headers: headersOf(token, call),
    });
    let answered = false;
    const settle = (result: Exchange) => {
      clearTimeout(timer);
      open.delete(end);
      call.signal.removeEventListener('abort', abort);
      resolve(result);
    };
    const broken = (error: Error) =>
      settle({
        kind: 'broken',
        reason: error.message,
        reused: request.reusedSocket && !answered && isReset(error),
      });
    const end = (error: Error) => {
      request.destroy(error);
      broken(error);
    };
    const abort = () => end(new Error('cancelled'));
    const timer = setTimeout(() => end(new Error('no answer in time')), call.waitMs);
    open.add(end);
    // Many calls may share one signal; each takes its listener off again.
    setMaxListeners(0, call.signal);
    call.signal.addEventListener('abort', abort, { once: true });
    request.on('error', broken);
    request.once('response', (response) => {
      answered = true;
      const chunks: Buffer[] = [];
      response.on('data', (chunk: Buffer) => chunks.push(chunk));
      response.on('error', broken);
      response.once('end', () => settle(readReply(response.statusCode ?? 0, Buffer.concat(chunks))));
    });
    request.end(call.body);
  });
}

function isReset(error: Error): boolean {
  return 'code' in error && (error.code === 'ECONNRESET' || error.code === 'EPIPE');
}

function readReply(status: number, body: Buffer): Exchange {
  if (status >= 200 && status < 300) return { kind: 'answer', body };
  return { kind: 'refused', error: refusal(status, body) };
}

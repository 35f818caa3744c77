import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

/** One request of the daemon for an answer, in the words of Chat Completions. */
export interface Asked {
  readonly messages: readonly AskedMessage[];
  readonly isTitle: boolean;
  /** Aborts when the daemon hangs up. */
  readonly signal: AbortSignal;
}

export interface AskedMessage {
  readonly role: 'system' | 'user' | 'assistant' | 'tool';
  readonly content: string | null;
}

/** How it is answered. After `refuse`, `finish` or `cut` nothing more may follow. */
export interface Reply {
  say(text: string): void;
  think(text: string): void;
  callTool(index: number, call: { id: string; name: string; args: unknown }): void;
  /** The end mark; false: the daemon hung up, and gets none. */
  finish(reason?: 'stop' | 'tool_calls' | 'length'): boolean;
  /** The connection is dropped in the middle. */
  cut(): void;
  /** An answer with an error's status; before the first word only. */
  refuse(status: number, message: string, headers?: Readonly<Record<string, string>>): void;
}

/** A server that speaks Chat Completions with no timers of its own: whoever answers sets the pace. */
export interface ChatServer {
  /** For OPENAI_BASE_URL. */
  readonly url: string;
  /** `OPENAI_*` and the default model of a daemon that asks this server. */
  readonly env: Readonly<Record<string, string>>;
  stop(): Promise<void>;
}

const MODEL = 'gpt-4.1';

/** Titles are answered with `title` unless it is null: then `answer` gets them too. */
export async function startChatServer(
  answer: (asked: Asked, reply: Reply) => Promise<void>,
  title: string | null = 'Torture',
): Promise<ChatServer> {
  const server = createServer((request, response) => {
    serve(request, response, answer, title).catch(() => response.destroy());
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/v1`;
  return {
    url,
    env: {
      OPENAI_API_KEY: 'sk-torture',
      OPENAI_BASE_URL: url,
      GAFFER_DEFAULT_MODEL: `OpenAI:${MODEL}`,
    },
    async stop() {
      server.closeAllConnections();
      await new Promise<void>((resolve) => server.close(() => resolve()));
    },
  };
}

interface Body {
  readonly model: string;
  readonly messages: readonly { readonly role: AskedMessage['role']; readonly content: unknown }[];
  readonly tools?: readonly unknown[];
}

async function serve(
  request: IncomingMessage,
  response: ServerResponse,
  answer: (asked: Asked, reply: Reply) => Promise<void>,
  title: string | null,
): Promise<void> {
  let text = '';
  for await (const chunk of request) text += String(chunk);
  const body = JSON.parse(text) as Body;
  const gone = new AbortController();
  response.once('close', () => gone.abort());
  const reply = replyTo(response, body.model);
  const isTitle = (body.tools ?? []).length === 0;
  if (isTitle && title !== null) {
    reply.say(title);
    reply.finish();
    return;
  }
  const messages = body.messages.map(({ role, content }) => ({ role, content: textOf(content) }));
  await answer({ messages, isTitle, signal: gone.signal }, reply);
}

function textOf(content: unknown): string | null {
  if (typeof content === 'string' || content === null || content === undefined) return content ?? null;
  return (content as readonly { readonly text?: string }[]).map((part) => part.text ?? '').join('\n');
}

function replyTo(response: ServerResponse, model: string): Reply {
  const send = (delta: object, finish: string | null = null) => {
    if (response.destroyed) return;
    if (!response.headersSent) {
      response.socket?.setNoDelay(true);
      response.writeHead(200, { 'content-type': 'text/event-stream' });
    }
    const choices = [{ index: 0, delta, finish_reason: finish }];
    const chunk = { id: 'torture', object: 'chat.completion.chunk', created: 0, model, choices };
    response.write(`data: ${JSON.stringify(chunk)}\n\n`);
  };
  return {
    say: (content) => send({ content }),
    think: (reasoning) => send({ reasoning_content: reasoning }),
    callTool(index, { id, name, args }) {
      send({ tool_calls: [{ index, id, type: 'function', function: { name, arguments: '' } }] });
      const text = JSON.stringify(args);
      const half = Math.ceil(text.length / 2);
      for (const piece of [text.slice(0, half), text.slice(half)]) {
        if (piece !== '') send({ tool_calls: [{ index, function: { arguments: piece } }] });
      }
    },
    finish(reason = 'stop') {
      // #17: who hung up does not get an end that looks like success.
      if (response.destroyed) return false;
      send({}, reason);
      response.end('data: [DONE]\n\n');
      return true;
    },
    cut: () => response.destroy(),
    refuse(status, message, headers = {}) {
      response.writeHead(status, { 'content-type': 'application/json', ...headers });
      response.end(JSON.stringify({ error: { message, type: 'error' } }));
    },
  };
}

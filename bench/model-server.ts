import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

/** One request for an answer, held open: a bench says when each word leaves. */
export interface Answer {
  /** The last thing that the person said. */
  readonly asked: string;
  /** Writes one delta as one server-sent event. */
  say(text: string): void;
  /** Says that the answer is complete and ends it. */
  end(): void;
}

/**
 * A server that speaks Chat Completions and nothing else, with no timers of its own: e2e's mock paces its answers
 * itself, here the pace is what is measured. Titles are answered at once.
 */
export interface ModelServer {
  readonly url: string;
  onAnswer(take: (answer: Answer) => void): void;
  stop(): Promise<void>;
}

interface Body {
  readonly model: string;
  readonly messages: readonly { readonly role: string; readonly content: string | null }[];
}

export async function startModelServer(): Promise<ModelServer> {
  let take: (answer: Answer) => void = (answer) => answer.end();
  const server = createServer((request, response) => {
    serve(request, response, (answer) => take(answer)).catch(() => response.destroy());
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}/v1`,
    onAnswer(next) {
      take = next;
    },
    async stop() {
      server.closeAllConnections();
      await new Promise<void>((resolve) => server.close(() => resolve()));
    },
  };
}

async function serve(
  request: IncomingMessage,
  response: ServerResponse,
  take: (answer: Answer) => void,
): Promise<void> {
  let text = '';
  for await (const chunk of request) text += String(chunk);
  const body = JSON.parse(text) as Body;
  const send = (delta: object, finish: string | null) => {
    const choices = [{ index: 0, delta, finish_reason: finish }];
    const chunk = { id: 'bench', object: 'chat.completion.chunk', created: 0, model: body.model, choices };
    response.write(`data: ${JSON.stringify(chunk)}\n\n`);
  };
  response.socket?.setNoDelay(true);
  response.writeHead(200, { 'content-type': 'text/event-stream' });
  response.flushHeaders();
  const answer: Answer = {
    asked: body.messages.findLast((m) => m.role === 'user')?.content ?? '',
    say: (content) => send({ content }, null),
    end() {
      send({}, 'stop');
      response.end('data: [DONE]\n\n');
    },
  };
  const isTitle = body.messages[0]?.role === 'system' && /title/.test(body.messages[0].content ?? '');
  if (!isTitle || !('max_tokens' in body) || body.max_tokens !== 1_000) return take(answer);
  answer.say('A chat of the benchmark');
  answer.end();
}

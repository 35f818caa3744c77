import { once, setMaxListeners } from 'node:events';
import http from 'node:http';
import { AGENT_BASE } from '@shared/agent-protocol/index.ts';
import { AgentError, LinkDown } from './client.ts';
import { type Call, headersOf, refusal, type Wire } from './http-wire.ts';

/**
 * The body of a 200 as it comes, to the end that the agent gave it. `waitMs` bounds each silence, the first one
 * included. Throws AgentError, LinkDown, or the signal's reason.
 */
export type OpenStream = (call: Call) => AsyncIterable<Buffer>;

export async function* streamCall({ agent, token, open }: Wire, call: Call): AsyncGenerator<Buffer> {
  call.signal.throwIfAborted();
  const request = http.request({
    agent,
    method: call.method,
    path: AGENT_BASE + call.path,
    host: 'agent',
    headers: headersOf(token, call),
  });
  let fail: (error: Error) => void = () => undefined;
  // A request that waits for its connection says nothing when it is destroyed.
  const failed = new Promise<never>((_resolve, reject) => {
    fail = reject;
  });
  failed.catch(() => undefined);
  const end = (error: Error) => {
    fail(error);
    request.destroy(error);
  };
  const abort = () => end(new Error('cancelled'));
  let timer: NodeJS.Timeout | undefined;
  const heard = () => {
    clearTimeout(timer);
    timer = setTimeout(() => end(new Error('nothing was heard in time')), call.waitMs);
  };
  heard();
  open.add(end);
  setMaxListeners(0, call.signal);
  call.signal.addEventListener('abort', abort, { once: true });
  request.on('error', fail);
  request.end(call.body);
  try {
    const [response] = (await Promise.race([once(request, 'response'), failed])) as [http.IncomingMessage];
    if (response.statusCode !== 200) throw refusal(response.statusCode ?? 0, await readAll(response));
    for await (const chunk of response as AsyncIterable<Buffer>) {
      heard();
      yield chunk;
    }
  } catch (error) {
    call.signal.throwIfAborted();
    if (error instanceof AgentError) throw error;
    throw new LinkDown(error instanceof Error ? error.message : String(error));
  } finally {
    clearTimeout(timer);
    open.delete(end);
    call.signal.removeEventListener('abort', abort);
    request.destroy();
  }
}

async function readAll(response: http.IncomingMessage): Promise<Buffer> {
  const chunks: Buffer[] = [];
  for await (const chunk of response as AsyncIterable<Buffer>) chunks.push(chunk);
  return Buffer.concat(chunks);
}

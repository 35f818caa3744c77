import type { AgentEvent, EventsRequest } from '@shared/agent-protocol/events.ts';
import type { EnvironmentResponse, ProcessInfo } from '@shared/agent-protocol/index.ts';
import type { AgentCall, AgentClient, GitCalls, TerminalCalls } from './client.ts';
import { createHttpLink, type HttpLinkOptions, type Send } from './http-send.ts';
import type { OpenStream } from './http-stream.ts';
import type { Call } from './http-wire.ts';
import { createSseReader } from './sse.ts';

const ANSWER_MS = 30_000;
const WRITE_MS = 120_000;
/** Each of its steps has 2 minutes on the agent. */
const SNAPSHOT_MS = 420_000;
/** The agent itself waits 5 minutes. */
const WAIT_MS = 330_000;
/** The agent says something every 15 s. */
const SILENCE_MS = 45_000;

export interface HttpAgentClient extends AgentClient {
  /** What its commands are started with. */
  environment(call: AgentCall): Promise<EnvironmentResponse>;
  /** Closes the connections; calls that are open throw LinkDown. */
  close(): void;
}

/** A client over connections that the caller makes. LinkDown is thrown as it comes: the owner of the link repeats. */
export function createAgentClient(options: HttpLinkOptions): HttpAgentClient {
  const link = createHttpLink(options);
  const events: AgentClient['events'] = (query, call) => readEvents(link.stream, query, call);
  return {
    ...agentClientOver(link.send, events),
    environment: (call) => json(link.send(get('/environment', {}, call))),
    close: () => link.close(),
  };
}

/** The calls of the protocol over any way to send one. */
export function agentClientOver(send: Send, events: AgentClient['events']): AgentClient {
  return {
    ...fileCalls(send),
    ...processCalls(send),
    ...terminalCalls(send),
    ...gitCalls(send),
    ...agentCalls(send),
    events,
  };
}

/** One subscription; LinkDown when its connection broke, the end when the agent ended. */
export async function* readEvents(
  stream: OpenStream,
  request: EventsRequest,
  call: AgentCall,
): AsyncGenerator<AgentEvent> {
  const read = createSseReader();
  const chunks = stream({ ...post('/events', request, call), waitMs: SILENCE_MS });
  for await (const chunk of chunks) for (const data of read(chunk)) yield JSON.parse(data) as AgentEvent;
}

type Query = Readonly<Record<string, string | number | boolean | undefined>>;

function get(path: string, query: Query, { chatId, signal }: AgentCall, waitMs = ANSWER_MS): Call {
  return { method: 'GET', path: withQuery(path, query), chatId, waitMs, signal };
}

function post(path: string, body: unknown, call: AgentCall & { readonly key?: string }): Call {
  return {
    method: 'POST',
    path,
    body: Buffer.from(JSON.stringify(body)),
    chatId: call.chatId,
    waitMs: ANSWER_MS,
    signal: call.signal,
    ...(call.key === undefined ? {} : { key: call.key }),
  };
}

function withQuery(path: string, query: Query): string {
  const parameters = Object.entries(query).flatMap(([name, value]) =>
    value === undefined ? [] : [`${name}=${encodeURIComponent(String(value))}`],
  );
  return parameters.length === 0 ? path : `${path}?${parameters.join('&')}`;
}

/** The agent is of our own make and of a version that was agreed on: its answers are not checked again. */
async function json<T>(reply: Promise<Buffer>): Promise<T> {
  return JSON.parse((await reply).toString('utf8')) as T;
}

type FileCalls = Pick<
  AgentClient,
  'stat' | 'readFile' | 'readLines' | 'writeFile' | 'editFiles' | 'listDirectory' | 'search' | 'glob'
>;

function fileCalls(send: Send): FileCalls {
  return {
    stat: (path, call) => json(send(get('/stat', { path }, call))),
    readFile: (path, range, call) => send(get('/read-file', { path, ...range }, call, WRITE_MS)),
    readLines: (query, call) => json(send(get('/read-file-lines', { ...query }, call))),
    async writeFile(path, content, call) {
      const body = typeof content === 'string' ? Buffer.from(content) : content;
      const { chatId, key, signal } = call;
      const to = withQuery('/write-file', { path });
      await send({ method: 'POST', path: to, body, chatId, key, signal, waitMs: WRITE_MS });
    },
    async editFiles(request, call) {
      await send(post('/edit-files', request, call));
    },
    listDirectory: (path, call) => json(send(post('/list-directory', { path }, call))),
    search: (request, call) => json(send({ ...post('/search', request, call), waitMs: WRITE_MS })),
    glob: (request, call) => json(send({ ...post('/glob', request, call), waitMs: WRITE_MS })),
  };
}

type ProcessCalls = Pick<
  AgentClient,
  'startProcess' | 'listProcesses' | 'processOutput' | 'spool' | 'signalProcess'
>;

function processCalls(send: Send): ProcessCalls {
  const under = (id: string, what: string) => `/processes/${encodeURIComponent(id)}/${what}`;
  return {
    startProcess: (request, call) => json(send(post('/processes/start', request, call))),
    listProcesses: async (call) =>
      (await json<{ processes: readonly ProcessInfo[] }>(send(get('/processes/list', {}, call)))).processes,
    processOutput: (id, wait, call) =>
      json(send(get(under(id, 'output'), { wait }, call, wait ? WAIT_MS : ANSWER_MS))),
    spool: (id, after, wait, call) =>
      json(send(get(under(id, 'spool'), { after, wait }, call, wait ? WAIT_MS : ANSWER_MS))),
    async signalProcess(id, signal, call) {
      await send(post(under(id, 'signal'), { signal }, call));
    },
  };
}

function terminalCalls(send: Send): TerminalCalls {
  const under = (id: string, what: string) => `/terminals/${encodeURIComponent(id)}/${what}`;
  return {
    async openTerminal(request, call) {
      await send(post('/terminals/open', request, call));
    },
    listTerminals(workspace, after, call) {
      const query = { workspace, ...(after === null ? {} : { after, wait: true }) };
      return json(send(get('/terminals/list', query, call, after === null ? ANSWER_MS : WAIT_MS)));
    },
    terminalOutput: (id, after, wait, call) =>
      json(send(get(under(id, 'output'), { after, wait }, call, wait ? WAIT_MS : ANSWER_MS))),
    async writeTerminal(id, { writer, sequence, bytes }, { signal }) {
      const to = withQuery(under(id, 'input'), { writer, sequence });
      await send({ method: 'POST', path: to, body: bytes, waitMs: ANSWER_MS, signal });
    },
    async resizeTerminal(id, size, call) {
      await send(post(under(id, 'resize'), size, call));
    },
    async closeTerminal(id, call) {
      await send(post(under(id, 'close'), {}, call));
    },
  };
}

function gitCalls(send: Send): GitCalls {
  return {
    gitStatus: (path, call) => json(send(get('/git/status', { path }, call, WRITE_MS))),
    gitDiff({ files = [], ...query }, call) {
      const only = files.map((file) => `&file=${encodeURIComponent(file)}`).join('');
      return json(send(get(withQuery('/git/diff', { ...query }) + only, {}, call, WRITE_MS)));
    },
    gitSnapshot: (request, call) =>
      json(send({ ...post('/git/snapshot', request, call), waitMs: SNAPSHOT_MS })),
    gitIgnored: (path, call) => json(send(get('/git/ignored', { path }, call))),
    gitHead: (path, call) => json(send(get('/git/head', { path }, call, WRITE_MS))),
    async answerCredentials(answer, call) {
      await send(post('/external-auth/answer', answer, call));
    },
  };
}

function agentCalls(send: Send): Pick<AgentClient, 'hello' | 'shutdown'> {
  return {
    hello: (call) => json(send(get('/hello', {}, call))),
    async shutdown(force, call) {
      await send(post('/shutdown', { force }, call));
    },
  };
}

import { setMaxListeners } from 'node:events';
import type { AgentEvent, EventsRequest } from '@shared/agent-protocol/events.ts';
import type { Clock } from '../base/clock.ts';
import { LinkFault } from '../ssh/fault.ts';
import type { Link, LinkSession } from '../ssh/link.ts';
import { type AgentCall, type AgentClient, AgentError, type KeyedCall, LinkDown } from './client.ts';
import { LeftCalls } from './left-calls.ts';
import type { RemoteSession } from './remote-session.ts';

/** An agent that answered, for as long as its connection lives. */
type AgentSession = LinkSession & Pick<RemoteSession, 'client' | 'journal' | 'renew' | 'end'>;

export interface RemoteDeps {
  readonly link: Pick<Link<AgentSession>, 'whenUp'>;
  readonly clock: Clock;
  /** How the host is called in messages. */
  readonly host: string;
}

/** Breaks of one call while the SSH connection stood: an agent that does not survive the call, or never answers it. */
const MAX_BREAKS = 5;
const FIRST_PAUSE_MS = 200;

/**
 * The agent of a host, as if the link never broke: every call waits for the link until its signal aborts, and is
 * repeated after a break. That is safe because reads have no effect and mutations carry a key that the agent's journal
 * knows; one that meets another journal than it left for is not repeated (AgentError `unknown-outcome`). Throws LinkFault
 * when only a person can help and the call does not outlast that; its own answers (AgentError) pass through.
 */
export function connectRemoteAgent(deps: RemoteDeps): AgentClient {
  const left = new LeftCalls(deps.host);
  const repeat = <T>(call: Call, run: (client: AgentClient) => Promise<T>): Promise<T> =>
    untilAnswered({ ...deps, left }, call, run);
  return {
    hello: (call) => repeat(call, (client) => client.hello(call)),
    stat: (path, call) => repeat(call, (client) => client.stat(path, call)),
    readFile: (path, range, call) => repeat(call, (client) => client.readFile(path, range, call)),
    readLines: (query, call) => repeat(call, (client) => client.readLines(query, call)),
    writeFile: (path, content, call) => repeat(call, (client) => client.writeFile(path, content, call)),
    editFiles: (request, call) => repeat(call, (client) => client.editFiles(request, call)),
    listDirectory: (path, call) => repeat(call, (client) => client.listDirectory(path, call)),
    search: (request, call) => repeat(call, (client) => client.search(request, call)),
    glob: (request, call) => repeat(call, (client) => client.glob(request, call)),
    startProcess: (request, call) => repeat(call, (client) => client.startProcess(request, call)),
    listProcesses: (call) => repeat(call, (client) => client.listProcesses(call)),
    processOutput: (id, wait, call) => repeat(call, (client) => client.processOutput(id, wait, call)),
    spool: (id, after, wait, call) => repeat(call, (client) => client.spool(id, after, wait, call)),
    signalProcess: (id, signal, call) => repeat(call, (client) => client.signalProcess(id, signal, call)),
    openTerminal: (request, call) => repeat(call, (client) => client.openTerminal(request, call)),
    listTerminals: (workspace, after, call) =>
      repeat(call, (client) => client.listTerminals(workspace, after, call)),
    terminalOutput: (id, after, wait, call) =>
      repeat(call, (client) => client.terminalOutput(id, after, wait, call)),
    writeTerminal: (id, input, call) => repeat(call, (client) => client.writeTerminal(id, input, call)),
    resizeTerminal: (id, size, call) => repeat(call, (client) => client.resizeTerminal(id, size, call)),
    closeTerminal: (id, call) => repeat(call, (client) => client.closeTerminal(id, call)),
    gitStatus: (path, call) => repeat(call, (client) => client.gitStatus(path, call)),
    gitDiff: (query, call) => repeat(call, (client) => client.gitDiff(query, call)),
    gitSnapshot: (request, call) => repeat(call, (client) => client.gitSnapshot(request, call)),
    gitIgnored: (path, call) => repeat(call, (client) => client.gitIgnored(path, call)),
    gitHead: (path, call) => repeat(call, (client) => client.gitHead(path, call)),
    answerCredentials: (answer, call) => repeat(call, (client) => client.answerCredentials(answer, call)),
    events: (request, call) => eventsAgain(deps, request, call),
    shutdown: (force, call) => shutdownOnce(deps, force, call),
  };
}

type Call = AgentCall & Partial<Pick<KeyedCall, 'key'>>;

async function untilAnswered<T>(
  deps: RemoteDeps & { readonly left: LeftCalls },
  { key, signal, outlasts }: Call,
  run: (client: AgentClient) => Promise<T>,
): Promise<T> {
  // Many calls may share one signal and wait for one link.
  setMaxListeners(0, signal);
  let outlast = outlasts === 'always';
  for (let breaks = 0; ; ) {
    const session = await deps.link.whenUp(signal, { outlast });
    const { client } = session;
    if (key !== undefined) deps.left.leave(key, session.journal);
    try {
      return await run(client);
    } catch (error) {
      signal.throwIfAborted();
      if (!isGone(error)) throw error;
    }
    outlast ||= outlasts === 'when-left';
    breaks = await afterBreak(deps, { session, client, breaks, outlast }, signal);
  }
}

/** A fresh subscription after each break: it begins with the present state. */
async function* eventsAgain(
  deps: RemoteDeps,
  request: EventsRequest,
  call: AgentCall,
): AsyncGenerator<AgentEvent> {
  for (let breaks = 0; ; ) {
    const session = await deps.link.whenUp(call.signal);
    const { client } = session;
    try {
      for await (const event of client.events(request, call)) {
        breaks = 0;
        yield event;
      }
      return;
    } catch (error) {
      call.signal.throwIfAborted();
      if (!isGone(error)) throw error;
    }
    breaks = await afterBreak(deps, { session, client, breaks, outlast: false }, call.signal);
  }
}

interface Break {
  readonly session: AgentSession;
  readonly client: RemoteSession['client'];
  /** Before this one. */
  readonly breaks: number;
  /** The call waits for a person, too. */
  readonly outlast: boolean;
}

/** Has the agent looked after, and answers the count of breaks when the call may be repeated. */
async function afterBreak(
  deps: RemoteDeps,
  { session, client, breaks: before, outlast }: Break,
  signal: AbortSignal,
): Promise<number> {
  const fault = await renew(session, client);
  // A link that has ended has pauses of its own, and throws what needs a person. One that stands all the same has not.
  if (fault && (await deps.link.whenUp(signal, { outlast })) !== session) return before;
  const breaks = before + 1;
  if (breaks < MAX_BREAKS) {
    await deps.clock.sleep(FIRST_PAUSE_MS * 2 ** (breaks - 1), signal);
    return breaks;
  }
  if (!fault)
    throw new LinkFault(
      'agent',
      `The workspace agent on ${deps.host} does not answer, though it was started again and again.`,
      null,
      'Look there at the newest file in ~/.gaffer/log, then try again.',
    );
  session.end(fault);
  await session.closed;
  return 0;
}

async function renew(session: AgentSession, client: RemoteSession['client']): Promise<LinkFault | null> {
  try {
    await session.renew(client);
    return null;
  } catch (error) {
    if (error instanceof LinkFault) return error;
    throw error;
  }
}

/** A 401 comes from an agent that was started anew by somebody else, with another token. */
function isGone(error: unknown): boolean {
  return error instanceof LinkDown || (error instanceof AgentError && error.status === 401);
}

/** Not repeated: a broken connection is how an agent that ends looks from here. */
async function shutdownOnce(deps: RemoteDeps, force: boolean, call: AgentCall): Promise<void> {
  const session = await deps.link.whenUp(call.signal);
  try {
    await session.client.shutdown(force, call);
  } catch (error) {
    if (!(error instanceof LinkDown)) throw error;
  }
}

import { setMaxListeners } from 'node:events';
import net from 'node:net';
import type { AgentEvent, EventsRequest } from '@shared/agent-protocol/events.ts';
import type { AgentAddress } from '@shared/agent-protocol/index.ts';
import type { Clock } from '../base/clock.ts';
import { type AgentCall, type AgentClient, AgentError, LinkDown } from './client.ts';
import { agentClientOver, readEvents } from './http-client.ts';
import { createHttpLink, type HttpLink } from './http-send.ts';
import type { Call } from './http-wire.ts';
import { runApart } from './run-apart.ts';

const SERVE_MS = 30_000;
/** An agent that dies at once is not started in a tight loop. */
const RESTART_MS = 1_000;

export interface LocalAgentOptions {
  /** The built `agent.cjs`. */
  readonly agentFile: string;
  /** Node.js, or the executable of the Electron that we run in. */
  readonly nodePath: string;
  readonly nodeEnv?: Readonly<Record<string, string>>;
  /** Only for the first agent that is started: what kills one must not kill the next. */
  readonly firstEnv?: Readonly<Record<string, string>>;
  /** `~/.gaffer` in the app. */
  readonly home: string;
  readonly idleMs?: number;
  readonly clock: Clock;
  /** Cancels the first start. */
  readonly signal?: AbortSignal;
}

export interface LocalAgent {
  readonly client: AgentClient;
  /** Of the agent that runs now: it changes when another one had to be started. */
  readonly address: AgentAddress;
  /** Closes the connections. The agent and its processes stay. */
  close(): void;
}

/**
 * Starts the agent of this computer, or finds it running. When it has died since, the call that notices starts
 * it again and is repeated once: reads are safe, and mutations carry their key.
 */
export async function startLocalAgent(options: LocalAgentOptions): Promise<LocalAgent> {
  const connection = new LocalConnection(options);
  await connection.open(options.signal ?? new AbortController().signal);
  return {
    client: agentClientOver(
      (call) => connection.send(call),
      (request, call) => connection.events(request, call),
    ),
    get address() {
      return connection.address();
    },
    close: () => connection.close(),
  };
}

interface Current {
  readonly address: AgentAddress;
  readonly link: HttpLink;
}

class LocalConnection {
  private readonly options: LocalAgentOptions;
  private readonly closing = new AbortController();
  private current: Current | null = null;
  private servedAt = Number.NEGATIVE_INFINITY;
  private opening: Promise<Current> | null = null;

  constructor(options: LocalAgentOptions) {
    this.options = options;
  }

  async open(signal: AbortSignal): Promise<void> {
    await abortable(this.reopen(null), signal);
  }

  address(): AgentAddress {
    if (!this.current) throw new LinkDown('the local agent is not running');
    return this.current.address;
  }

  async send(call: Call): Promise<Buffer> {
    if (this.closing.signal.aborted) throw new LinkDown('the client is closed');
    const used = this.current ?? (await abortable(this.reopen(null), call.signal));
    try {
      return await used.link.send(call);
    } catch (error) {
      if (!isGone(error) || this.closing.signal.aborted || call.path === '/shutdown') throw error;
    }
    const fresh = await abortable(this.reopen(used), call.signal);
    // Its home was removed meanwhile, and with it went what the first one knew of this call.
    if (call.key !== undefined && fresh.address.journal !== used.address.journal)
      throw new AgentError(
        'the workspace agent on this computer lost its journal in the middle of the call.',
        409,
        'unknown-outcome',
      );
    return fresh.link.send(call);
  }

  /** Subscribes again for as long as it is wanted; the pause between two starts bounds how often. */
  async *events(request: EventsRequest, call: AgentCall): AsyncGenerator<AgentEvent> {
    let used = this.current ?? (await abortable(this.reopen(null), call.signal));
    for (;;) {
      try {
        return yield* readEvents(used.link.stream, request, call);
      } catch (error) {
        if (this.closing.signal.aborted) throw new LinkDown('the client is closed');
        if (!isGone(error)) throw error;
      }
      used = await abortable(this.reopen(used), call.signal);
    }
  }

  close(): void {
    this.closing.abort();
    this.current?.link.close();
    this.current = null;
  }

  /** One `serve` for all calls that noticed. `used`: the connection that failed; a newer one is taken as it is. */
  private reopen(used: Current | null): Promise<Current> {
    if (this.current && this.current !== used) return Promise.resolve(this.current);
    this.opening ??= this.serve().finally(() => {
      this.opening = null;
    });
    return this.opening;
  }

  private async serve(): Promise<Current> {
    const { clock } = this.options;
    const tooSoonMs = this.servedAt + RESTART_MS - clock.now();
    if (tooSoonMs > 0) await clock.sleep(Math.min(tooSoonMs, RESTART_MS), this.closing.signal);
    this.servedAt = clock.now();
    const { firstEnv, ...options } = this.options;
    const env = this.current ? {} : firstEnv;
    const nodeEnv = { ...options.nodeEnv, ...env };
    const address = await serveAgent({ ...options, nodeEnv }, this.closing.signal);
    // The same agent as before: whatever else waits on its connections shall not be disturbed.
    if (this.current && sameAgent(this.current.address, address)) return this.current;
    const link = createHttpLink({
      token: address.token,
      connect: () => net.connect(address.socket),
    });
    this.current?.link.close();
    this.current = { address, link };
    return this.current;
  }
}

function sameAgent(one: AgentAddress, other: AgentAddress): boolean {
  return one.pid === other.pid && one.token === other.token && one.version === other.version;
}

/** A 401: an agent that was started anew with another token. */
function isGone(error: unknown): boolean {
  return error instanceof LinkDown || (error instanceof AgentError && error.status === 401);
}

async function serveAgent(options: LocalAgentOptions, signal: AbortSignal): Promise<AgentAddress> {
  const { agentFile, nodePath, nodeEnv, home, idleMs } = options;
  const idle = idleMs === undefined ? [] : ['--idle-ms', String(idleMs)];
  const end = await runApart(nodePath, [agentFile, 'serve', '--home', home, ...idle], {
    env: { ...withoutSecrets(process.env), ...electronEnv(nodePath), ...nodeEnv },
    timeoutMs: SERVE_MS,
    signal,
  }).catch((error: unknown) => {
    const reason = error instanceof Error ? error.message : String(error);
    throw new LinkDown(`the local agent did not start: ${reason}`, { cause: error });
  });
  if (end.code === 0) return JSON.parse(end.stdout) as AgentAddress;
  // The agent says why on its standard output.
  const reason = end.stdout.trim() || `it ended with ${end.code ?? 'a signal'}`;
  throw new LinkDown(`the local agent did not start: ${reason}`);
}

/** Any command may read the agent's environment: the app's own keys and settings are not in it. */
const withheld = /^(?:OPENAI_|ANTHROPIC_|GAFFER_)/;

function withoutSecrets(env: NodeJS.ProcessEnv): NodeJS.ProcessEnv {
  return Object.fromEntries(Object.entries(env).filter(([name]) => !withheld.test(name)));
}

/** Electron's own executable is a Node.js with this variable. */
function electronEnv(nodePath: string): Readonly<Record<string, string>> {
  return process.versions.electron && nodePath === process.execPath ? { ELECTRON_RUN_AS_NODE: '1' } : {};
}

/** Leaves early when the caller does; what was begun goes on for the others. */
function abortable<T>(promise: Promise<T>, signal: AbortSignal): Promise<T> {
  return new Promise((resolve, reject) => {
    const abort = () => reject(signal.reason as Error);
    if (signal.aborted) abort();
    setMaxListeners(0, signal);
    signal.addEventListener('abort', abort, { once: true });
    promise.then(resolve, reject).finally(() => signal.removeEventListener('abort', abort));
  });
}

import { readFile } from 'node:fs/promises';
import type { HostRemoval } from '@shared/model/host.ts';
import type { Clock } from '../base/clock.ts';
import type { Random } from '../base/random.ts';
import { type ConnectOptions, connect } from '../ssh/connect.ts';
import { closedByUs, LinkFault } from '../ssh/fault.ts';
import type { LinkSession } from '../ssh/link.ts';
import { type Reached, reachAgent } from '../ssh/reach-agent.ts';
import { removeFromHost } from '../ssh/remove.ts';
import { type CommandRunner, runThere } from '../ssh/run-command.ts';
import type { Runtimes } from '../ssh/runtime/runtimes.ts';
import type { Session } from '../ssh/session.ts';
import type { Trace } from '../ssh/trace.ts';
import { createAgentClient, type HttpAgentClient } from './http-client.ts';
import { noteEnvironment } from './note-environment.ts';

export interface RemoteSessionOptions extends ConnectOptions {
  /** The bundled agent on this computer. */
  readonly agentFile: string;
  /** Its home on the host; `~/` is the home there. */
  readonly agentHome: string;
  /** How long the agent waits there for a client before it ends; default a day: people close laptops overnight. */
  readonly idleMs?: number;
  /** Node.js for hosts without; absent: such hosts are refused. */
  readonly runtimes?: Runtimes;
  readonly clock: Clock;
  readonly random: Random;
}

const IDLE_MS = 24 * 60 * 60_000;

/** One SSH connection with an agent that answered behind it. */
export interface RemoteSession extends LinkSession {
  /** Of the agent that runs now; another object once another agent had to be started. */
  readonly client: HttpAgentClient;
  /** Of the host's agents, whichever runs: see `Hello`. */
  readonly journal: string;
  /** Whether this connection had to upload the agent's file. */
  readonly uploaded: boolean;
  /**
   * `broken` did not answer: looks at the host again and starts the agent when it is gone. Once for all who noticed.
   * Throws LinkFault; one that this connection cannot help also ends the session, so that the link shows it.
   */
  renew(broken: HttpAgentClient): Promise<void>;
  /** Runs a program there, with its standard streams. Throws ChannelRefused, LinkFault. */
  readonly run: CommandRunner;
  /** It stands, but nothing comes of it: the link shall have another one, in its own time. */
  end(fault: LinkFault): void;
  /** Ends the agents of the host and removes their home; nothing starts one anew meanwhile. Throws LinkFault. */
  remove(force: boolean, signal: AbortSignal): Promise<HostRemoval>;
}

/** Connects, bootstraps, and makes sure that the tunnel works. Throws LinkFault or the signal's reason. */
export async function openRemoteSession(
  options: RemoteSessionOptions,
  signal: AbortSignal,
): Promise<RemoteSession> {
  const ssh = await connect(options, signal);
  const live = new LiveSession(ssh, options);
  const onAbort = () => void ssh.close();
  signal.addEventListener('abort', onAbort, { once: true });
  try {
    await live.start(signal, options.trace);
    return live;
  } catch (error) {
    await live.close();
    throw error;
  } finally {
    signal.removeEventListener('abort', onAbort);
  }
}

/** The same over a connection of its own, for a host on which no agent runs or could. Throws LinkFault. */
export async function removeOverOwnConnection(
  options: RemoteSessionOptions,
  force: boolean,
  signal: AbortSignal,
): Promise<HostRemoval> {
  const session = await connect(options, signal);
  try {
    return await removeFromHost(
      { ...options, session, host: options.target },
      { ...options, force },
      signal,
    );
  } finally {
    await session.close();
  }
}

class LiveSession implements RemoteSession {
  readonly closed: Promise<LinkFault>;
  readonly #ssh: Session;
  readonly #options: RemoteSessionOptions;
  readonly #ending = new AbortController();
  #fail: (fault: LinkFault) => void = () => undefined;
  #client: HttpAgentClient | null = null;
  #reached: Reached | null = null;
  #renewing: Promise<void> | null = null;
  #noting: Promise<void> | null = null;
  #removing: Promise<HostRemoval> | null = null;
  uploaded = false;

  constructor(ssh: Session, options: RemoteSessionOptions) {
    this.#ssh = ssh;
    this.#options = options;
    const failed = new Promise<LinkFault>((resolve) => {
      this.#fail = resolve;
    });
    this.closed = Promise.race([ssh.closed, failed]);
  }

  readonly run: CommandRunner = (command, signal) =>
    runThere(this.#ssh, command, { marker: `gaffer-${this.#options.random.uuid()}`, signal });

  get client(): HttpAgentClient {
    if (!this.#client) throw new Error('the session was not started');
    return this.#client;
  }

  get journal(): string {
    if (!this.#reached) throw new Error('the session was not started');
    return this.#reached.address.journal;
  }

  async start(signal: AbortSignal, trace: Trace | null = null): Promise<void> {
    const { agentFile, agentHome, clock, idleMs, random, runtimes, log, target: host } = this.#options;
    const agent = await readFile(agentFile).catch((error: unknown) => {
      throw new LinkFault(
        'agent',
        'The workspace agent is missing from this installation of Gaffer.',
        String(error),
        'Install Gaffer again.',
      );
    });
    const before = this.#reached;
    // It may hold the only session that the server allows us.
    if (before?.way.name === 'bridge') before.way.close();
    const deps = { agent, agentHome, host, idleMs: idleMs ?? IDLE_MS, runtimes: runtimes ?? null, trace };
    const reached = await reachAgent(
      this.#ssh,
      { ...deps, clock, random, log },
      before?.way.name ?? null,
      signal,
    );
    this.uploaded ||= reached.uploaded;
    // The same agent as before: whatever else waits on its connections shall not be disturbed.
    if (before && sameWay(before, reached)) return;
    this.#client?.close();
    before?.way.close();
    this.#reached = reached;
    const { address, uploaded, way } = reached;
    this.#client = createAgentClient({ token: address.token, connect: () => way.connect() });
    log.info('ssh: agent ready', {
      host,
      uploaded,
      way: way.name,
      version: address.version,
      pid: address.pid,
    });
    if (trace) this.#noting = noteEnvironment(this.#client, { trace, clock }, this.#ending.signal);
  }

  async renew(broken: HttpAgentClient): Promise<void> {
    const removal = await this.#removing?.catch(() => null);
    if (removal?.kind === 'removed') throw closedByUs('Gaffer was removed from this host.');
    if (this.#client !== broken) return;
    this.#renewing ??= this.start(this.#ending.signal)
      .catch((error: unknown) => {
        if (error instanceof LinkFault && (error.final || error.code === 'not-now')) this.#fail(error);
        throw error;
      })
      .finally(() => {
        this.#renewing = null;
      });
    await this.#renewing;
  }

  end(fault: LinkFault): void {
    this.#fail(fault);
  }

  async remove(force: boolean, signal: AbortSignal): Promise<HostRemoval> {
    const way = this.#reached?.way;
    // It may hold the only session that the server allows us.
    if (way?.name === 'bridge') way.close();
    const host = this.#options.target;
    this.#removing = removeFromHost(
      { ...this.#options, session: this.#ssh, host },
      { ...this.#options, force },
      signal,
    );
    return this.#removing;
  }

  /** Any answer of the server counts, also a refusal. Needs no session: some servers allow one or two. */
  async check(): Promise<void> {
    await this.#reached?.way.connect().then(
      (stream) => stream.destroy(),
      (error: unknown) => {
        if (error instanceof LinkFault) throw error;
      },
    );
  }

  async close(): Promise<void> {
    this.#ending.abort(closedByUs());
    this.#client?.close();
    this.#reached?.way.close();
    await this.#ssh.close();
    await this.#renewing?.catch(() => undefined);
    await this.#noting;
  }
}

function sameWay(one: Reached, other: Reached): boolean {
  const [before, after] = [one.address, other.address];
  return (
    one.way.name === other.way.name &&
    one.way.name !== 'bridge' &&
    before.pid === after.pid &&
    before.token === after.token &&
    before.socket === after.socket &&
    before.port === after.port
  );
}

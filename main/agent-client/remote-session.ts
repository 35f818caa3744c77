import { readFile } from 'node:fs/promises';
import type { AgentAddress } from '@shared/agent-protocol/index.ts';
import type { Clock } from '../base/clock.ts';
import type { Random } from '../base/random.ts';
import { type BootstrapDeps, type Bootstrapped, bootstrap } from '../ssh/bootstrap.ts';
import { type ConnectOptions, connect } from '../ssh/connect.ts';
import { LinkFault } from '../ssh/fault.ts';
import type { LinkSession } from '../ssh/link.ts';
import { ChannelRefused, type Session } from '../ssh/session.ts';
import { createAgentClient, type HttpAgentClient } from './http-client.ts';

export interface RemoteSessionOptions extends ConnectOptions {
  /** The bundled agent on this computer. */
  readonly agentFile: string;
  /** Its home on the host; `~/` is the home there. */
  readonly agentHome: string;
  readonly clock: Clock;
  readonly random: Random;
}

/** One SSH connection with an agent that answered behind it. */
export interface RemoteSession extends LinkSession {
  /** Of the agent that runs now; another object once another agent had to be started. */
  readonly client: HttpAgentClient;
  /** Whether this connection had to upload the agent's file. */
  readonly uploaded: boolean;
  /**
   * `broken` did not answer: looks at the host again and starts the agent when it is gone. Once for all who noticed.
   * Throws LinkFault; one that needs a person also ends the session, so that the link shows it.
   */
  renew(broken: HttpAgentClient): Promise<void>;
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
    await live.start(signal);
    return live;
  } catch (error) {
    await live.close();
    throw error;
  } finally {
    signal.removeEventListener('abort', onAbort);
  }
}

class LiveSession implements RemoteSession {
  readonly closed: Promise<LinkFault>;
  readonly #ssh: Session;
  readonly #options: RemoteSessionOptions;
  readonly #ending = new AbortController();
  #fail: (fault: LinkFault) => void = () => undefined;
  #client: HttpAgentClient | null = null;
  #address: AgentAddress | null = null;
  #renewing: Promise<void> | null = null;
  uploaded = false;

  constructor(ssh: Session, options: RemoteSessionOptions) {
    this.#ssh = ssh;
    this.#options = options;
    const failed = new Promise<LinkFault>((resolve) => {
      this.#fail = resolve;
    });
    this.closed = Promise.race([ssh.closed, failed]);
  }

  get client(): HttpAgentClient {
    if (!this.#client) throw new Error('the session was not started');
    return this.#client;
  }

  async start(signal: AbortSignal): Promise<void> {
    const { agentFile, agentHome, clock, random, log, target: host } = this.#options;
    const agent = await readFile(agentFile).catch((error: unknown) => {
      throw new LinkFault(
        'agent',
        'The workspace agent is missing from this installation of Gaffer.',
        String(error),
      );
    });
    const deps = { agent, agentHome, host, clock, random, log };
    const { address, uploaded } = await this.#reachAgent(deps, signal);
    this.uploaded ||= uploaded;
    // The same agent as before: whatever else waits on its connections shall not be disturbed.
    if (this.#address && sameAgent(this.#address, address)) return;
    this.#client?.close();
    this.#address = address;
    this.#client = createAgentClient({
      token: address.token,
      connect: () => this.#ssh.openUnixSocket(address.socket),
    });
    log.info('ssh: agent ready', { host, uploaded, version: address.version, pid: address.pid });
  }

  async renew(broken: HttpAgentClient): Promise<void> {
    if (this.#client !== broken) return;
    this.#renewing ??= this.start(this.#ending.signal)
      .catch((error: unknown) => {
        if (error instanceof LinkFault && error.final) this.#fail(error);
        throw error;
      })
      .finally(() => {
        this.#renewing = null;
      });
    await this.#renewing;
  }

  async check(signal: AbortSignal): Promise<void> {
    await this.#ssh.exec('exit 0', '', signal);
  }

  async close(): Promise<void> {
    this.#ending.abort(new LinkFault('closed', 'The connection was closed.'));
    this.#client?.close();
    await this.#ssh.close();
    await this.#renewing?.catch(() => undefined);
  }

  /** `bootstrap` saw the agent answer on the host, so a tunnel that is refused twice is not the agent's fault. */
  async #reachAgent(deps: BootstrapDeps, signal: AbortSignal): Promise<Bootstrapped> {
    for (let refused = 0; ; refused++) {
      const done = await bootstrap(this.#ssh, deps, signal);
      try {
        (await this.#ssh.openUnixSocket(done.address.socket)).destroy();
        return done;
      } catch (error) {
        if (!(error instanceof ChannelRefused)) throw error;
        if (refused === 0) continue;
        throw new LinkFault(
          'agent',
          `The workspace agent runs on ${deps.host}, but the SSH server there opens no tunnel to it. ` +
            'Its sshd_config needs "AllowStreamLocalForwarding yes".',
          error.message,
        );
      }
    }
  }
}

function sameAgent(one: AgentAddress, other: AgentAddress): boolean {
  return one.pid === other.pid && one.token === other.token && one.socket === other.socket;
}

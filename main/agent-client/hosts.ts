import type { ConnectTrace, HostRemoval } from '@shared/model/host.ts';
import type { LinkState } from '@shared/model/workspace.ts';
import type { Clock } from '../base/clock.ts';
import type { Log } from '../base/log.ts';
import type { Random } from '../base/random.ts';
import { Keyring } from '../ssh/auth/keyring.ts';
import type { Person } from '../ssh/config/person.ts';
import { badTarget, LinkFault } from '../ssh/fault.ts';
import { Link } from '../ssh/link.ts';
import { NetworkWatch } from '../ssh/network-watch.ts';
import type { Questions } from '../ssh/questions.ts';
import type { CommandRunner } from '../ssh/run-command.ts';
import type { Runtimes } from '../ssh/runtime/runtimes.ts';
import { parseTarget } from '../ssh/target.ts';
import { TraceShelf } from '../ssh/trace-shelf.ts';
import { Turns } from '../ssh/turns.ts';
import type { AgentClient } from './client.ts';
import { connectRemoteAgent } from './remote.ts';
import {
  openRemoteSession,
  type RemoteSession,
  type RemoteSessionOptions,
  removeOverOwnConnection,
} from './remote-session.ts';

export interface HostConfig {
  /** What the person typed: a name of their SSH configuration, or `user@host:port`. */
  readonly target: string;
  /** A private key file (`~/` is this computer's home); null: as the configuration says. */
  readonly identityFile: string | null;
  /** The person's ssh-agent may be used from there, whatever the configuration says; absent: as before, at first no. */
  readonly forwardAgent?: boolean;
}

export interface HostsDeps {
  /** The bundled agent on this computer. */
  readonly agentFile: string;
  /** Whose configuration, keys and known hosts count. */
  readonly person: Person;
  readonly questions: Questions;
  /** Where the agent lives on hosts; default `~/.gaffer`. */
  readonly remoteHome?: string;
  /** Node.js for hosts without; absent: such hosts are refused. */
  readonly runtimes?: Runtimes;
  /** How long the agent waits on a host for a client before it ends; default a day. */
  readonly idleMs?: number;
  readonly clock: Clock;
  readonly random: Random;
  readonly log: Log;
  /** Silence on a connection that counts as its end; default: as the configuration says, else 45 s. */
  readonly stallMs?: number;
}

/** One host: one link and one agent, shared by all who work there. Nothing connects before the first call. */
export interface RemoteHost {
  readonly state: LinkState;
  /** The present state, then every later one, until `signal` aborts or the host is closed. */
  watch(signal: AbortSignal): AsyncIterable<LinkState>;
  /** Its methods wait for the link until their signal aborts; LinkFault when only a person can help. */
  readonly client: AgentClient;
  /** Runs a program there; waits for the link as the client does. */
  readonly run: CommandRunner;
  /** A person asks: tries now, also after a refusal. */
  reconnect(): void;
  /**
   * Ends the agents there and removes what Gaffer keeps there. Where something runs, nothing is touched unless `force`.
   * When all is gone the host is closed: another one must be asked for. Throws LinkFault, or the signal's reason.
   */
  remove(force: boolean, signal: AbortSignal): Promise<HostRemoval>;
  close(): Promise<void>;
}

export interface Hosts {
  /** The same host for the same target and key. Throws LinkFault `configuration` for a name that cannot be one. */
  host(config: HostConfig): RemoteHost;
  /** The last attempt to connect to a target, also after its host was closed; null: none in this run. */
  traceOf(target: string): ConnectTrace | null;
  watchTrace(target: string, signal: AbortSignal): AsyncIterable<ConnectTrace | null>;
  /**
   * After sleep: every link tries now, or makes sure that it still answers. Changes of the network are noticed here.
   */
  wake(): void;
  close(): Promise<void>;
}

export function createHosts(deps: HostsDeps): Hosts {
  const open = new Map<string, HostEntry>();
  const traces = new TraceShelf(deps.clock);
  const shared = { traces, keyring: new Keyring(), turns: new Turns() };
  const wake = () => {
    for (const entry of open.values()) entry.wake();
  };
  const network = new NetworkWatch({
    clock: deps.clock,
    isWanted: () => [...open.values()].some(({ state }) => state.state !== 'idle'),
    onChange: wake,
  });
  return {
    host(config) {
      const checked = parseTarget(config.target);
      if (!checked.ok) throw badTarget(checked.error);
      const id = JSON.stringify([config.target, config.identityFile]);
      const entry = open.get(id) ?? new HostEntry(deps, config, shared, () => open.delete(id));
      open.set(id, entry);
      network.start();
      if (config.forwardAgent !== undefined) entry.setForwardAgent(config.forwardAgent);
      return entry;
    },
    traceOf: (target) => traces.get(target),
    watchTrace: (target, signal) => traces.watch(target, signal),
    wake,
    async close() {
      await Promise.all([network.stop(), ...[...open.values()].map((entry) => entry.close())]);
    },
  };
}

/** One each for all hosts. */
interface Shared {
  readonly traces: TraceShelf;
  readonly keyring: Keyring;
  readonly turns: Turns;
}

class HostEntry implements RemoteHost {
  readonly client: AgentClient;
  readonly #link: Link<RemoteSession>;
  readonly #onClose: () => void;
  /** Of one connection, whose attempt is kept. */
  readonly #connect: <T>(open: (options: RemoteSessionOptions) => Promise<T>) => Promise<T>;
  #forwardAgent = false;
  #session: RemoteSession | null = null;

  constructor(deps: HostsDeps, { target, identityFile }: HostConfig, shared: Shared, onClose: () => void) {
    const { remoteHome = '~/.gaffer', ...rest } = deps;
    const options = { ...rest, ...shared, target, identityFile, agentHome: remoteHome };
    this.#onClose = onClose;
    this.#connect = async (open) => {
      const trace = shared.traces.begin(target);
      try {
        const lendAgentTo = this.#forwardAgent ? remoteHome : null;
        const opened = await open({ ...options, lendAgentTo, trace });
        trace.end('ok');
        return opened;
      } catch (error) {
        trace.end('failed');
        throw error;
      }
    };
    this.#link = new Link({
      ...deps,
      open: async (signal) => {
        const before = this.#forwardAgent;
        const session = await this.#connect((chosen) => openRemoteSession(chosen, signal));
        this.#session = session;
        if (this.#forwardAgent !== before) this.#connectAnew();
        return session;
      },
    });
    this.client = connectRemoteAgent({ link: this.#link, clock: deps.clock, host: target });
  }

  get state(): LinkState {
    return this.#link.state;
  }

  watch(signal: AbortSignal): AsyncIterable<LinkState> {
    return this.#link.watch(signal);
  }

  setForwardAgent(forwardAgent: boolean): void {
    if (this.#forwardAgent === forwardAgent) return;
    this.#forwardAgent = forwardAgent;
    this.#connectAnew();
  }

  /** Calls that run in a connection with the other setting go on in the next one. */
  #connectAnew(): void {
    void this.#session?.close().then(() => this.#link.wake());
  }

  readonly run: CommandRunner = async (command, signal) =>
    (await this.#link.whenUp(signal)).run(command, signal);

  reconnect(): void {
    this.#link.reconnect();
  }

  wake(): void {
    this.#link.wake();
  }

  async remove(force: boolean, signal: AbortSignal): Promise<HostRemoval> {
    const session = await this.#sessionInUse(signal);
    const removal = session
      ? await session.remove(force, signal)
      : await this.#connect((options) => removeOverOwnConnection(options, force, signal));
    if (removal.kind === 'removed' || removal.kind === 'absent') await this.close();
    return removal;
  }

  /** Null: nobody connects, or the agent cannot run there. */
  async #sessionInUse(signal: AbortSignal): Promise<RemoteSession | null> {
    const { state, fault } = this.#link;
    if (state.state === 'idle' || fault?.final || fault?.code === 'not-now') return null;
    try {
      return await this.#link.whenUp(signal);
    } catch (error) {
      if (error instanceof LinkFault && (error.code === 'agent' || error.code === 'not-now')) return null;
      throw error;
    }
  }

  async close(): Promise<void> {
    this.#onClose();
    await this.#link.close();
  }
}

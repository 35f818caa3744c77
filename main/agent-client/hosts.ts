import type { LinkState } from '@shared/model/workspace.ts';
import type { Clock } from '../base/clock.ts';
import type { Log } from '../base/log.ts';
import type { Random } from '../base/random.ts';
import { LinkFault } from '../ssh/fault.ts';
import { Link } from '../ssh/link.ts';
import { checkTarget, formatTarget } from '../ssh/target.ts';
import type { AgentClient } from './client.ts';
import { connectRemoteAgent } from './remote.ts';
import { openRemoteSession, type RemoteSession } from './remote-session.ts';

export interface HostConfig {
  readonly hostname: string;
  readonly port: number;
  readonly username: string;
  /** A private key file (`~/` is this computer's home); null: the ssh-agent, then the default keys. */
  readonly identityFile: string | null;
}

export interface HostsDeps {
  /** The bundled agent on this computer. */
  readonly agentFile: string;
  readonly knownHostsFile: string;
  /** The home of the person at this computer. */
  readonly home: string;
  readonly sshAuthSock: string | null;
  /** Where the agent lives on hosts; default `~/.gaffer`. */
  readonly remoteHome?: string;
  readonly clock: Clock;
  readonly random: Random;
  readonly log: Log;
  /** Silence on a connection that counts as its end; default 45 s. */
  readonly stallMs?: number;
}

/** One host: one link and one agent, shared by all who work there. Nothing connects before the first call. */
export interface RemoteHost {
  readonly state: LinkState;
  /** The present state, then every later one, until `signal` aborts or the host is closed. */
  watch(signal: AbortSignal): AsyncIterable<LinkState>;
  /** Its methods wait for the link until their signal aborts; LinkFault when only a person can help. */
  readonly client: AgentClient;
  /** A person asks: tries now, also after a refusal. */
  reconnect(): void;
  close(): Promise<void>;
}

export interface Hosts {
  /** The same host for the same place and key. Throws LinkFault `unreachable` for a name that cannot be one. */
  host(config: HostConfig): RemoteHost;
  /** After sleep or a change of network: every link tries now, or makes sure that it still answers. */
  wake(): void;
  close(): Promise<void>;
}

const STALL_MS = 45_000;

export function createHosts(deps: HostsDeps): Hosts {
  const open = new Map<string, { readonly link: Link<RemoteSession>; readonly host: RemoteHost }>();
  return {
    host(config) {
      const checked = checkTarget(config);
      if (!checked.ok) throw new LinkFault('unreachable', checked.error);
      const id = JSON.stringify([config.hostname, config.port, config.username, config.identityFile]);
      const known = open.get(id);
      if (known) return known.host;
      const link = makeLink(deps, config);
      const host = makeHost(deps, config, link, () => open.delete(id));
      open.set(id, { link, host });
      return host;
    },
    wake() {
      for (const { link } of open.values()) link.wake();
    },
    async close() {
      await Promise.all([...open.values()].map(({ host }) => host.close()));
    },
  };
}

function makeLink(deps: HostsDeps, config: HostConfig): Link<RemoteSession> {
  const { hostname, port, username, identityFile } = config;
  const options = {
    agentHome: deps.remoteHome ?? '~/.gaffer',
    agentFile: deps.agentFile,
    target: { hostname, port, username },
    identityFile,
    knownHostsFile: deps.knownHostsFile,
    home: deps.home,
    sshAuthSock: deps.sshAuthSock,
    stallMs: deps.stallMs ?? STALL_MS,
    clock: deps.clock,
    random: deps.random,
    log: deps.log,
  };
  return new Link({ ...deps, open: (signal) => openRemoteSession(options, signal) });
}

function makeHost(
  deps: HostsDeps,
  config: HostConfig,
  link: Link<RemoteSession>,
  forget: () => void,
): RemoteHost {
  return {
    get state() {
      return link.state;
    },
    watch: (signal) => link.watch(signal),
    client: connectRemoteAgent({ link, clock: deps.clock, host: formatTarget(config) }),
    reconnect: () => link.reconnect(),
    async close() {
      forget();
      await link.close();
    },
  };
}

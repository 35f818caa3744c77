import type { Duplex } from 'node:stream';
import type { AgentAddress } from '@shared/agent-protocol/index.ts';
import type { Clock } from '../base/clock.ts';
import { type BootstrapDeps, type Bootstrapped, type BootstrapWish, bootstrap } from './bootstrap.ts';
import { LinkFault } from './fault.ts';
import { ChannelRefused, type Session } from './session.ts';
import { inStage } from './stage.ts';
import type { Trace } from './trace.ts';
import { waitFor } from './wait-for.ts';
import { bridgeWay, portWay, socketWay, type Way, type WayName } from './way.ts';
import { within } from './within.ts';

export interface Reached {
  readonly address: AgentAddress;
  readonly way: Way;
  /** The agent's file had to be. */
  readonly uploaded: boolean;
}

/** A server that does not even answer counts as one that refuses. */
const OPEN_MS = 15_000;
/** The first connection is given to whoever asks first, unless the agent may be about to give it up. */
const FRESH_MS = 10_000;

const HOW: Readonly<Record<WayName, string>> = {
  socket: "Through the agent's Unix socket",
  port: "Through a port of the host's loopback: the server forwards no Unix sockets",
  bridge: 'Through one session for all: the server forwards nothing',
};

/**
 * The agent of a host, started where it did not run, and a way to it that works. `before` is the way that worked on
 * this connection: the agent is then asked whether it lives, instead of being taken at its word. Throws LinkFault.
 */
export function reachAgent(
  session: Session,
  deps: BootstrapDeps,
  before: WayName | null,
  signal: AbortSignal,
): Promise<Reached> {
  return new Reaching(session, deps, signal).run(before);
}

class Reaching {
  readonly #session: Session;
  readonly #deps: BootstrapDeps;
  readonly #signal: AbortSignal;
  readonly #refusals: string[] = [];
  #uploaded = false;

  constructor(session: Session, deps: BootstrapDeps, signal: AbortSignal) {
    this.#session = session;
    this.#deps = deps;
    this.#signal = signal;
  }

  async run(before: WayName | null): Promise<Reached> {
    const { trace, host } = this.#deps;
    const trySocket = before === null || before === 'socket';
    let found = await this.#look(trace, { trust: before === null, tcp: before === 'port' });
    let way = trySocket ? await this.#attempt('socket', found) : null;
    if (way === null && found.program === null) {
      // Gone, or the server forbids it: OpenSSH says the same for both, so the host itself is asked.
      found = await this.#look(trace, { trust: false, tcp: false });
      way = await this.#attempt('socket', found);
    }
    const words = { stage: 'forwarding', hop: host, summary: 'Opening a way to the agent' } as const;
    return inStage(trace, words, async (stage) => {
      if (way === null && before !== 'bridge') {
        stage.go('The server forwards no Unix sockets: trying a port');
        if (before !== 'port') found = await this.#look(null, { trust: false, tcp: true });
        way = await this.#attempt('port', found);
      }
      if (way === null) {
        stage.go('The server forwards nothing: trying one session for all');
        way = await this.#attempt('bridge', found);
      }
      if (way === null) throw noWay(host, this.#refusals);
      stage.ok(HOW[way.name], this.#refusals.join('\n') || null);
      return { address: found.address, way, uploaded: this.#uploaded };
    });
  }

  async #look(trace: Trace | null, wish: BootstrapWish): Promise<Bootstrapped> {
    const found = await bootstrap(this.#session, { ...this.#deps, trace }, wish, this.#signal);
    this.#uploaded ||= found.uploaded;
    return found;
  }

  /** Null: it was refused. */
  async #attempt(name: WayName, found: Bootstrapped): Promise<Way | null> {
    const { clock, host, log } = this.#deps;
    try {
      return await within({ clock, host, ms: OPEN_MS }, this.#signal, async (bound) => {
        const way = await this.#open(name, found, bound);
        const first = way.connect();
        await waitFor(first, bound).catch((error: unknown) => {
          first.then((stream) => stream.destroy()).catch(() => undefined);
          way.close();
          throw error;
        });
        return withFirst(way, await first, clock);
      });
    } catch (error) {
      if (!(error instanceof ChannelRefused)) throw error;
      log.info('ssh: no way to the agent', { host, way: name, error: error.message });
      this.#refusals.push(`${name}: ${error.message}`);
      return null;
    }
  }

  async #open(name: WayName, { address, program }: Bootstrapped, signal: AbortSignal): Promise<Way> {
    if (name === 'socket') return socketWay(this.#session, address);
    if (name === 'port') return portWay(this.#session, address);
    if (program === null) throw new ChannelRefused('the agent was not asked');
    return bridgeWay(this.#session, program, { random: this.#deps.random, signal });
  }
}

/** Gives the connection that was opened to try it to whoever asks first: it saves a round trip. */
function withFirst(way: Way, stream: Duplex, clock: Clock): Way {
  const openedAt = clock.now();
  let first: Duplex | null = stream;
  return {
    ...way,
    connect() {
      const ready = first;
      first = null;
      if (ready === null || ready.destroyed) return way.connect();
      if (clock.now() - openedAt < FRESH_MS) return Promise.resolve(ready);
      ready.destroy();
      return way.connect();
    },
  };
}

function noWay(host: string, refusals: readonly string[]): LinkFault {
  return new LinkFault(
    'agent',
    `The workspace agent runs on ${host}, but the SSH server there opens no way to it.`,
    refusals.join('\n'),
    'Its sshd_config needs "AllowStreamLocalForwarding yes", or one more session: see MaxSessions there.',
  );
}

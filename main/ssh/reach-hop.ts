import type { Duplex } from 'node:stream';
import type { ClientChannel } from 'ssh2';
import type { Clock } from '../base/clock.ts';
import type { Person } from './config/person.ts';
import { dial, lookUp } from './dial.ts';
import { LinkFault } from './fault.ts';
import type { HopConnection } from './hop-connection.ts';
import { ProxyCommand } from './proxy-command.ts';
import type { Hop } from './route.ts';
import { inStage } from './stage.ts';
import type { Trace } from './trace.ts';
import { TunnelSocket } from './tunnel.ts';
import { waitFor } from './wait-for.ts';

export interface ReachDeps {
  readonly person: Person;
  readonly trace: Trace;
  readonly clock: Clock;
}

const CONNECT_MS = 15_000;
/** Between two signs of life from a peer that has nothing to say. */
const TCP_ALIVE_MS = 30_000;

/** A stream on which the SSH server of a hop answers. Throws LinkFault, or the signal's reason. */
export function reachHop(
  hop: Hop,
  before: HopConnection | null,
  deps: ReachDeps,
  signal: AbortSignal,
): Promise<Duplex> {
  if (before !== null) return reachThrough(before, hop, deps, signal);
  if (hop.proxy.kind === 'command') return reachByCommand(hop.proxy.command, hop, deps, signal);
  return reachDirectly(hop, deps, signal);
}

async function reachDirectly(
  { name: hop, options }: Hop,
  { trace, clock }: ReachDeps,
  signal: AbortSignal,
): Promise<Duplex> {
  const { hostname, port } = options;
  const looking = { stage: 'name', hop, summary: `Looking up ${hostname}.` } as const;
  const addresses = await inStage(trace, looking, async (stage) => {
    const found = await lookUp(hop, options, signal);
    const addresses = found.map(({ address }) => address).join(', ');
    stage.ok(addresses === hostname ? `${hostname} is an address.` : `${hostname} is ${addresses}.`);
    return found;
  });
  const connecting = { stage: 'tcp', hop, summary: `Connecting to port ${port}.` } as const;
  return inStage(trace, connecting, async (stage) => {
    const timeoutMs = options.connectTimeoutMs ?? CONNECT_MS;
    const socket = await dial(addresses, { ...options, hop, timeoutMs, clock }, signal);
    // Without it every small packet waits for an acknowledgement: an exec takes 91 ms instead of 5.
    socket.setNoDelay(true);
    // While a person is asked nothing else would notice that the network is gone.
    socket.setKeepAlive(true, TCP_ALIVE_MS);
    stage.ok(`Connected to ${socket.remoteAddress ?? hostname}, port ${port}.`);
    return socket;
  });
}

async function reachByCommand(
  command: string,
  { name: hop, options }: Hop,
  { person, trace }: ReachDeps,
  signal: AbortSignal,
): Promise<Duplex> {
  const running = { stage: 'proxy', hop, summary: `Running the ProxyCommand: ${command}` } as const;
  return inStage(trace, running, async (stage) => {
    const proxy = new ProxyCommand(command, person);
    const timeoutMs = options.connectTimeoutMs ?? CONNECT_MS;
    await proxy.untilItSpeaks(timeoutMs, signal);
    stage.ok(`The ProxyCommand connects: ${command}`, proxy.said);
    return proxy;
  });
}

async function reachThrough(
  before: HopConnection,
  { name: hop, options }: Hop,
  { trace }: ReachDeps,
  signal: AbortSignal,
): Promise<Duplex> {
  const { hostname, port, connectTimeoutMs } = options;
  const place = `${hostname} (port ${port})`;
  const passing = { stage: 'proxy', hop, summary: `Connecting to ${place} from ${before.name}.` } as const;
  return inStage(trace, passing, async (stage) => {
    const late = AbortSignal.timeout(connectTimeoutMs ?? CONNECT_MS);
    try {
      const channel = await openChannel(before, options, AbortSignal.any([signal, late]));
      stage.ok(`${before.name} is connected to ${place}.`);
      return new TunnelSocket(channel);
    } catch (error) {
      signal.throwIfAborted();
      if (error instanceof LinkFault) throw error;
      const detail = error instanceof Error && !late.aborted ? error.message : 'no answer in time';
      throw refusedFault(before.name, place, error, detail);
    }
  });
}

async function openChannel(
  before: HopConnection,
  { hostname, port }: { readonly hostname: string; readonly port: number },
  signal: AbortSignal,
): Promise<ClientChannel> {
  signal.throwIfAborted();
  const opening = new Promise<ClientChannel>((resolve, reject) => {
    void before.closed.then(reject);
    try {
      before.client.forwardOut('127.0.0.1', 0, hostname, port, (error, channel) => {
        if (signal.aborted) channel?.destroy();
        else if (error) setImmediate(() => reject(error));
        else resolve(channel);
      });
    } catch {
      // ssh2 throws when the connection is gone already: `closed` follows, and tells why.
    }
  });
  return waitFor(opening, signal);
}

/** By the protocol's number for "administratively prohibited". */
const PROHIBITED = 1;

function refusedFault(jump: string, place: string, error: unknown, detail: string): LinkFault {
  const reason = error instanceof Error && 'reason' in error ? error.reason : null;
  return reason === PROHIBITED
    ? new LinkFault(
        'unreachable',
        `${jump} does not let us go on to ${place}.`,
        detail,
        `The sshd_config of ${jump} needs "AllowTcpForwarding yes".`,
      )
    : new LinkFault(
        'unreachable',
        `${jump} cannot connect to ${place}.`,
        detail,
        `Check that the SSH server runs there, and that ${jump} reaches it under this name.`,
      );
}

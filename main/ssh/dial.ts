import { lookup } from 'node:dns/promises';
import net from 'node:net';
import type { Clock } from '../base/clock.ts';
import type { HostOptions } from './config/host-options.ts';
import { LinkFault } from './fault.ts';

export interface Address {
  readonly address: string;
  readonly family: number;
}

export interface Dialling extends Pick<HostOptions, 'port' | 'bindAddress'> {
  /** How people call the machine. */
  readonly hop: string;
  readonly timeoutMs: number;
  readonly clock: Clock;
}

const LOOKUP_MS = 15_000;
/** An address that does not answer by then gets company. */
const NEXT_MS = 300;

/** `hop`: how people call it. Throws LinkFault `unreachable`, or the signal's reason. */
export async function lookUp(
  hop: string,
  { hostname, addressFamily: family }: Pick<HostOptions, 'hostname' | 'addressFamily'>,
  signal: AbortSignal,
): Promise<readonly Address[]> {
  const late = AbortSignal.timeout(LOOKUP_MS);
  const ended = new Promise<never>((_, reject) => {
    const bound = AbortSignal.any([signal, late]);
    bound.addEventListener('abort', () => reject(bound.reason as Error), { once: true });
  });
  try {
    return await Promise.race([lookup(hostname, { all: true, family }), ended]);
  } catch (error) {
    signal.throwIfAborted();
    if (late.aborted) throw fault(hop, 'EAI_AGAIN', 'no answer in time');
    throw fault(hop, codeOf(error), String(error));
  }
}

/** The first address that answers. Throws LinkFault `unreachable`, or the signal's reason. */
export async function dial(
  addresses: readonly Address[],
  { hop, port, bindAddress, timeoutMs, clock }: Dialling,
  signal: AbortSignal,
): Promise<net.Socket> {
  signal.throwIfAborted();
  const tried: net.Socket[] = [];
  const over = new AbortController();
  const stop = (reason: unknown) => {
    over.abort(reason);
    for (const socket of tried) socket.destroy();
  };
  const onAbort = () => stop(signal.reason);
  signal.addEventListener('abort', onAbort, { once: true });
  const timer = setTimeout(() => stop(fault(hop, 'ETIMEDOUT', null)), timeoutMs);
  const start = (address: string) => {
    const socket = new net.Socket();
    tried.push(socket);
    return connected(socket, { host: address, port, localAddress: bindAddress ?? undefined });
  };
  const company = () => clock.sleep(NEXT_MS, over.signal).catch(() => undefined);
  try {
    const socket = await firstOf(addresses, start, company, over.signal);
    for (const other of tried) if (other !== socket) other.destroy();
    return socket;
  } catch (error) {
    if (over.signal.aborted) throw over.signal.reason;
    const [first] = error instanceof AggregateError ? (error.errors as unknown[]) : [error];
    throw fault(hop, codeOf(first), String(first));
  } finally {
    clearTimeout(timer);
    over.abort();
    signal.removeEventListener('abort', onAbort);
  }
}

/** One after another, the next when one fails or is slow: a network whose IPv6 leads nowhere costs a moment. */
async function firstOf(
  addresses: readonly Address[],
  start: (address: string) => Promise<net.Socket>,
  company: () => Promise<void>,
  signal: AbortSignal,
): Promise<net.Socket> {
  const attempts: Promise<net.Socket>[] = [];
  let win: (socket: net.Socket) => void = () => {};
  const winner = new Promise<net.Socket>((resolve) => {
    win = resolve;
  });
  for (const { address } of addresses) {
    signal.throwIfAborted();
    const attempt = start(address);
    attempts.push(attempt);
    const failed = attempt.then(
      (socket) => {
        win(socket);
        return winner;
      },
      () => undefined,
    );
    const socket = await Promise.race([winner, failed, company()]);
    if (socket) return socket;
  }
  return Promise.any(attempts);
}

function connected(socket: net.Socket, where: net.TcpNetConnectOpts): Promise<net.Socket> {
  return new Promise((resolve, reject) => {
    socket.once('connect', () => resolve(socket));
    socket.once('error', reject);
    socket.once('close', () => reject(new Error('given up')));
    socket.connect(where);
  });
}

type Why = readonly [what: (hop: string) => string, fix: string];

const WHY: Readonly<Record<string, Why>> = {
  ECONNREFUSED: [
    (hop) => `Nothing answers at ${hop}`,
    'Make sure that the SSH server runs there, and that the port is right.',
  ],
  ENOTFOUND: [
    (hop) => `The address of ${hop} is not known`,
    'Check how the name is written, and the network or VPN.',
  ],
  EAI_AGAIN: [(hop) => `The address of ${hop} cannot be looked up now`, 'Check the network.'],
  ETIMEDOUT: [
    (hop) => `${hop} did not answer in time`,
    'Check that the host is on, and that firewall and VPN let you through.',
  ],
  EHOSTUNREACH: [(hop) => `${hop} cannot be reached from this network`, 'Check the network or VPN.'],
  ENETUNREACH: [(hop) => `${hop} cannot be reached: there is no network`, 'Check the network.'],
};
const OTHER: Why = [(hop) => `The connection to ${hop} failed`, 'Check the network.'];

function fault(hop: string, code: string, detail: string | null): LinkFault {
  const [what, fix] = WHY[code] ?? OTHER;
  return new LinkFault('unreachable', `${what(hop)}.`, detail, fix);
}

function codeOf(error: unknown): string {
  return error instanceof Error && 'code' in error ? String(error.code) : '';
}

import { type HostOptions, type ProxyOptions } from './config/host-options.ts';
import type { LoadedOptions } from './config/load-host-options.ts';
import { LinkFault } from './fault.ts';
import { formatTarget, type Target } from './target.ts';

/** A machine on the way, and the last one, with its own configuration. */
export interface Hop {
  /** How people call it. */
  readonly name: string;
  readonly options: HostOptions;
  /** How it is reached; from the hop before it, where there is one. */
  readonly proxy: Exclude<ProxyOptions, { kind: 'jump' }>;
  /** The names of those before it. */
  readonly via: readonly string[];
}

export type LoadOptions = (target: Target) => Promise<LoadedOptions>;

const MAX_HOPS = 16;

/**
 * The machines to go through, the nearest first. A list of jump hosts is as good as each naming the one before; the
 * first of it is reached as its own configuration says. Throws LinkFault `configuration`.
 */
export async function planRoute(target: Target, load: LoadOptions): Promise<readonly Hop[]> {
  const ends = await walk(target, [], load, []);
  return ends.map((end, at) => ({ ...end, via: ends.slice(0, at).map(({ name }) => name) }));
}

type RouteEnd = Omit<Hop, 'via'>;

/** `given`: jump hosts that replace those of the configuration; none: its own count. */
async function walk(
  target: Target,
  given: readonly Target[],
  load: LoadOptions,
  after: readonly string[],
): Promise<readonly RouteEnd[]> {
  const name = formatTarget(target);
  const { options } = await load(target);
  const place = `${options.user}@${options.hostname}:${options.port}`;
  if (after.includes(place) || after.length === MAX_HOPS) throw loopFault(name);
  const proxy: ProxyOptions = given.length > 0 ? { kind: 'jump', hosts: given } : options.proxy;
  if (proxy.kind !== 'jump') return [{ name, options, proxy }];
  const last = proxy.hosts.at(-1);
  const before = last ? await walk(last, proxy.hosts.slice(0, -1), load, [...after, place]) : [];
  return [...before, { name, options, proxy: { kind: 'direct' } }];
}

function loopFault(name: string): LinkFault {
  return new LinkFault(
    'configuration',
    `The jump hosts of the SSH configuration lead in a circle, or through too many machines: see ${name}.`,
    null,
    `Give ${name} "ProxyJump none" in the SSH configuration.`,
  );
}

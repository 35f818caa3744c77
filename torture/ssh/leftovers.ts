import fs from 'node:fs';
import { processTree } from '../../e2e/fixtures/process-tree.ts';
import { pause } from '../waits.ts';
import type { TortureHost } from './host.ts';

const SETTLE_MS = 15_000;
/** What an agent listens on, and what Node itself has open. */
const AGENT_SOCKETS = 4;

/** What this process holds: sockets, timers, threads by kind, and its child processes. */
export interface Stock {
  readonly resources: ReadonlyMap<string, number>;
  readonly children: ReadonlySet<number>;
}

export function takeStock(): Stock {
  const resources = new Map<string, number>();
  for (const name of process.getActiveResourcesInfo()) resources.set(name, (resources.get(name) ?? 0) + 1);
  return { resources, children: new Set(processTree(process.pid)) };
}

/** What is there and was not before. */
export function leftovers(before: Stock): Promise<string[]> {
  return onceSettled(() => {
    const now = takeStock();
    const more = [...now.resources].filter(([name, n]) => n > (before.resources.get(name) ?? 0));
    const children = [...now.children].filter((pid) => !before.children.has(pid));
    return [
      ...more.map(([name, n]) => `left over: ${n} ${name}, ${before.resources.get(name) ?? 0} before`),
      ...children.map((pid) => `left over: the child process ${pid}`),
    ];
  });
}

/** What is still open on a host that nobody is connected to any more. */
export function openThere({ name, wire, sshd, agents }: TortureHost): Promise<string[]> {
  return onceSettled(async () => [
    ...(wire.open() > 0 ? [`${wire.open()} connections to ${name} are open`] : []),
    ...(await sshd.connections()).map((pid) => `the server of ${name} serves a connection (${pid})`),
    ...agents()
      .filter(({ pid }) => socketsOf(pid) > AGENT_SOCKETS)
      .map(({ pid }) => `the agent ${pid} of ${name} holds ${socketsOf(pid)} sockets`),
  ]);
}

function socketsOf(pid: number): number {
  const dir = `/proc/${pid}/fd`;
  if (!fs.existsSync(dir)) return 0;
  return fs.readdirSync(dir).filter((fd) => {
    try {
      return fs.readlinkSync(`${dir}/${fd}`).startsWith('socket:');
    } catch {
      return false;
    }
  }).length;
}

/** What ends by itself has its time. */
async function onceSettled(look: () => string[] | Promise<string[]>): Promise<string[]> {
  const until = Date.now() + SETTLE_MS;
  for (;;) {
    const found = await look();
    if (found.length === 0 || Date.now() > until) return found;
    await pause(100);
  }
}

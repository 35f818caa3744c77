import fs from 'node:fs';
import path from 'node:path';
import { pause } from '../waits.ts';
import type { World } from './world.ts';

/** What the agent holds: it must come back to where it began. */
export interface Holdings {
  readonly descriptors: number;
  readonly threads: number;
  readonly children: number;
  readonly rssMb: number;
}

export function holdingsOf(pid: number): Holdings {
  const rss = /^VmRSS:\s+(\d+)/m.exec(fs.readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1];
  return {
    descriptors: fs.readdirSync(`/proc/${pid}/fd`).length,
    threads: fs.readdirSync(`/proc/${pid}/task`).length,
    children: childrenOf(pid).length,
    rssMb: Math.round(Number(rss ?? 0) / 1024),
  };
}

/** What the descriptors of a process are of, to see which one is too many. */
function openFiles(pid: number): readonly string[] {
  const dir = `/proc/${pid}/fd`;
  return fs.readdirSync(dir).map((fd) => {
    try {
      return fs.readlinkSync(path.join(dir, fd));
    } catch {
      return 'closed meanwhile';
    }
  });
}

function childrenOf(pid: number): readonly string[] {
  return fs
    .readdirSync(`/proc/${pid}/task`)
    .flatMap((task) => readOrNothing(`/proc/${pid}/task/${task}/children`).split(' '))
    .filter((child) => child.trim() !== '');
}

function readOrNothing(file: string): string {
  try {
    return fs.readFileSync(file, 'utf8');
  } catch {
    return '';
  }
}

const SETTLE_MS = 30_000;

/** Waits until no more is held than before; answers what still is. */
export async function heldTooMuch(pid: number, before: Holdings): Promise<readonly string[]> {
  const until = Date.now() + SETTLE_MS;
  for (;;) {
    const now = holdingsOf(pid);
    const more = (['descriptors', 'threads', 'children'] as const).filter(
      (what) => now[what] > before[what],
    );
    if (more.length === 0) return [];
    if (Date.now() > until) {
      const open = more.includes('descriptors') ? `: ${openFiles(pid).join(', ')}` : '';
      return more.map((what) => `${now[what]} ${what}, at first ${before[what]}${open}`);
    }
    await pause(100);
  }
}

/** No link is followed; some of them are renamed all the time. */
function namesBelow(dir: string): readonly string[] {
  return fs.readdirSync(dir, { withFileTypes: true }).flatMap((entry) => {
    const at = path.join(dir, entry.name);
    return entry.isDirectory() && path.basename(dir) !== 'race' ? [at, ...namesBelow(at)] : [at];
  });
}

/** Files that only exist while something is written, and canaries that were changed. */
export function filesLeft({ base, work, home, canaries, address }: World): readonly string[] {
  const names = namesBelow(base);
  const temporary = names.filter((name) =>
    /\.tmp\.[0-9a-f]{8}$|\.json\.[0-9a-f]{8}$|\.new$|\.git\/.*\.lock$/.test(name),
  );
  const faults = temporary.map((name) => `a temporary file is left: ${name}`);
  const secret = fs.readFileSync(path.join(base, 'beside/secret'), 'utf8');
  if (secret !== canaries.outside) faults.push('the file beside the workspace was changed');
  const kept = fs.readFileSync(path.join(path.dirname(address.socket), `${address.version}.json`), 'utf8');
  if (!kept.includes(address.token)) faults.push("the agent's address was changed");
  const journal = fs
    .readdirSync(path.join(home, 'journal'))
    .map((name) => path.join(home, 'journal', name));
  if (!journal.some((file) => fs.readFileSync(file, 'utf8').includes(canaries.journal)))
    faults.push('the journal has lost its first record');
  const planted = ['run', 'runs', 'journal', 'log']
    .flatMap((dir) => namesBelow(path.join(home, dir)))
    .filter((name) => /new-\d+$|\.txt$|\.md$/.test(name));
  faults.push(...planted.map((name) => `a file was put into the agent's home: ${name}`));
  if (!fs.lstatSync(path.join(work, 'fifo')).isFIFO()) faults.push('the FIFO is none any more');
  return faults;
}

import { createHash } from 'node:crypto';
import { chmodSync, lstatSync, mkdirSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import type { AgentHomeName } from '@shared/agent-protocol/index.ts';
import { syncDirectory } from './sync-directory.ts';

/** Where things lie below `--home`. Made once, by `openHome`. */
export interface Home {
  readonly root: string;
  /** Socket, lock and token: per host, because a home directory may be shared over NFS. */
  readonly run: string;
  readonly runs: string;
  /** Of running terminals; per host, too. */
  readonly terminals: string;
  readonly journal: string;
  readonly log: string;
  readonly hostname: string;
}

export function openHome(root: string): Home {
  const hostname = os.hostname().replaceAll(/[^\w.-]/g, '_') || 'host';
  mkdirSync(root, { recursive: true, mode: 0o700 });
  const below = (name: AgentHomeName) => path.join(root, name);
  const home: Home = {
    root,
    run: path.join(below('run'), hostname),
    runs: below('runs'),
    terminals: path.join(below('terminals'), hostname),
    journal: below('journal'),
    log: below('log'),
    hostname,
  };
  const shared = [below('run'), below('terminals')];
  for (const dir of [...shared, home.run, home.runs, home.terminals, home.journal, home.log])
    openPrivate(dir);
  syncDirectory(root);
  syncDirectory(path.dirname(root));
  return home;
}

/** A directory that is ours and closed to others, or an error. */
export function openPrivate(dir: string): void {
  mkdirSync(dir, { recursive: true, mode: 0o700 });
  const stat = lstatSync(dir);
  if (!stat.isDirectory()) throw new Error(`${dir} is not a directory`);
  if (process.getuid && stat.uid !== process.getuid()) throw new Error(`${dir} belongs to someone else`);
  if ((stat.mode & 0o077) !== 0) chmodSync(dir, 0o700);
}

const SOCKET_PATH_BYTES = 100;

/** The kernel bounds a socket's path (104 on macOS, 108 on Linux): a long home gets a short directory instead. */
export function socketPath(home: Home, version: string): string {
  const direct = path.join(home.run, `${version}.sock`);
  if (Buffer.byteLength(direct) < SOCKET_PATH_BYTES) return direct;
  const hash = createHash('sha256').update(direct).digest('hex').slice(0, 16);
  for (const temporary of [os.tmpdir(), '/tmp']) {
    const dir = path.join(temporary, `gaffer-${process.getuid?.() ?? 0}`);
    const short = path.join(dir, `${hash}.sock`);
    if (Buffer.byteLength(short) >= SOCKET_PATH_BYTES) continue;
    openPrivate(dir);
    return short;
  }
  throw new Error(`no directory is short enough for a socket (${direct})`);
}

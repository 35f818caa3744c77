import { existsSync } from 'node:fs';
import path from 'node:path';
import type { ProcessIdentity } from '../base/process-identity.ts';
import { getFile, readFile } from '../base/small-file.ts';

/**
 * One directory per process, `runs/<id>/`:
 *   meta.json  by the agent, before the launcher is spawned
 *   started    by the launcher, exclusively: whoever creates it runs the command, so it runs once
 *   pid        by the launcher, once the command runs
 *   exit       at the end; missing and nobody alive: nobody knows how it ended
 *   head, tail-<position>  the spool
 */
export interface RunMeta {
  readonly id: string;
  readonly command: string;
  readonly workdir: string;
  readonly background: boolean;
  readonly chatId: string | null;
  readonly host: string;
  readonly startedAt: number;
}

export interface RunExit {
  /** -1: killed by a signal, or not known. */
  readonly code: number;
  readonly at: number;
  /** How much it had written by then, kept or not: a full disk may have taken the end. Absent: nobody counted. */
  readonly written?: number;
}

export const runFile = {
  meta: (dir: string) => path.join(dir, 'meta.json'),
  started: (dir: string) => path.join(dir, 'started'),
  pid: (dir: string) => path.join(dir, 'pid'),
  exit: (dir: string) => path.join(dir, 'exit'),
  command: (dir: string) => path.join(dir, 'command'),
  fifo: (dir: string) => path.join(dir, 'fifo'),
};

export function getMeta(dir: string): RunMeta | null {
  const meta = getFile(runFile.meta(dir));
  return isRecord(meta) && typeof meta.id === 'string' && typeof meta.startedAt === 'number'
    ? (meta as unknown as RunMeta)
    : null;
}

/** Throws when it is there and cannot be read. */
export function readExit(dir: string): RunExit | null {
  const exit = readFile(runFile.exit(dir));
  if (!isRecord(exit) || typeof exit.code !== 'number' || typeof exit.at !== 'number') return null;
  const { code, at, written } = exit;
  return typeof written === 'number' ? { code, at, written } : { code, at };
}

/** Of the `pid` file (the command) or of `started` (its launcher). Throws when it is there and cannot be read. */
export function readIdentity(file: string): ProcessIdentity | null {
  const identity = readFile(file);
  return isRecord(identity) && typeof identity.pid === 'number' && typeof identity.start === 'string'
    ? { pid: identity.pid, start: identity.start }
    : null;
}

export function wasStarted(dir: string): boolean {
  return existsSync(runFile.started(dir));
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null;
}

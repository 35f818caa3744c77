import { execFile } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { promisify } from 'node:util';
import { errorCode } from './refusal.ts';

const run = promisify(execFile);

/** A pid is used again; with the time of its start (and the boot) it names one process. */
export interface ProcessIdentity {
  readonly pid: number;
  readonly start: string;
}

let boot: string | null = null;

async function bootId(): Promise<string> {
  boot ??= await readFile('/proc/sys/kernel/random/boot_id', 'utf8').then(
    (text) => text.trim(),
    (error: unknown) => {
      if (errorCode(error) === 'ENOENT') return 'boot';
      throw error;
    },
  );
  return boot;
}

/** `unknown`: it could not be looked at, which says nothing about the process. */
type Look = ProcessIdentity | 'gone' | 'unknown';

/** To be written down. What is gone already is nobody's name: it never counts as alive. */
export async function noteOf(pid: number): Promise<ProcessIdentity> {
  const seen = await lookAt(pid);
  return typeof seen === 'string' ? { pid, start: seen } : seen;
}

/** False only when that is certain: a full table of open files or a slow `ps` ends no process. */
export async function isAlive(identity: ProcessIdentity): Promise<boolean> {
  const seen = await lookAt(identity.pid);
  if (seen === 'gone') return false;
  return seen === 'unknown' || identity.start === UNKNOWN_START || seen.start === identity.start;
}

/** Of a process that could not be looked at when it was written down. */
export const UNKNOWN_START = 'unknown';

/** Costs one system call. True also for zombies and for another process that has the pid now. */
export function pidExists(pid: number): boolean {
  // 0 and below name groups.
  if (pid <= 0) return false;
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return errorCode(error) !== 'ESRCH';
  }
}

async function lookAt(pid: number): Promise<Look> {
  if (!pidExists(pid)) return 'gone';
  return process.platform === 'linux' ? lookInProc(pid) : lookWithPs(pid);
}

type ReadText = (file: string) => Promise<string>;

export async function lookInProc(pid: number, read: ReadText = readText): Promise<Look> {
  let stat: string;
  try {
    stat = await read(`/proc/${pid}/stat`);
  } catch (error) {
    // Missing also where /proc is not mounted: the pid itself tells.
    const missing = errorCode(error) === 'ENOENT' || errorCode(error) === 'ESRCH';
    return missing && !pidExists(pid) ? 'gone' : 'unknown';
  }
  // The command's name stands in parentheses and may itself hold spaces and parentheses.
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  const [state, startTicks] = [fields[0], fields[19]];
  if (startTicks === undefined) return 'unknown';
  if (state === 'Z' || state === 'X') return 'gone';
  return bootId().then(
    (id) => ({ pid, start: `${id}:${startTicks}` }),
    () => 'unknown' as const,
  );
}

function readText(file: string): Promise<string> {
  return readFile(file, 'utf8');
}

async function lookWithPs(pid: number): Promise<Look> {
  try {
    const { stdout } = await run('ps', ['-o', 'stat=', '-o', 'lstart=', '-p', String(pid)], {
      timeout: 5_000,
      env: { ...process.env, LC_ALL: 'C', TZ: 'UTC' },
    });
    const match = /^\s*(\S+)\s+(.+?)\s*$/.exec(stdout);
    if (!match?.[1] || !match[2]) return 'unknown';
    return match[1].startsWith('Z') ? 'gone' : { pid, start: match[2] };
  } catch (error) {
    // `ps` says 1 and nothing else for a pid that it does not find; a code in letters means that it did not run.
    const { code, stdout, stderr } = error as { code?: unknown; stdout?: string; stderr?: string };
    return code === 1 && !stdout && !stderr ? 'gone' : 'unknown';
  }
}

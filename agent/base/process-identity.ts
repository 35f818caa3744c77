import { execFile } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { promisify } from 'node:util';

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
    () => 'boot',
  );
  return boot;
}

/** Null: no such process, or it is a zombie. */
export async function identityOf(pid: number): Promise<ProcessIdentity | null> {
  return process.platform === 'linux' ? fromProc(pid) : fromPs(pid);
}

export async function isAlive(identity: ProcessIdentity): Promise<boolean> {
  return (await identityOf(identity.pid))?.start === identity.start;
}

async function fromProc(pid: number): Promise<ProcessIdentity | null> {
  const stat = await readFile(`/proc/${pid}/stat`, 'utf8').catch(() => null);
  if (stat === null) return null;
  // The command's name stands in parentheses and may itself hold spaces and parentheses.
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  const [state, startTicks] = [fields[0], fields[19]];
  if (startTicks === undefined || state === 'Z' || state === 'X') return null;
  return { pid, start: `${await bootId()}:${startTicks}` };
}

async function fromPs(pid: number): Promise<ProcessIdentity | null> {
  try {
    const { stdout } = await run('ps', ['-o', 'stat=', '-o', 'lstart=', '-p', String(pid)], {
      timeout: 5_000,
      env: { ...process.env, LC_ALL: 'C', TZ: 'UTC' },
    });
    const match = /^\s*(\S+)\s+(.+?)\s*$/.exec(stdout);
    if (!match?.[1] || !match[2] || match[1].startsWith('Z')) return null;
    return { pid, start: match[2] };
  } catch {
    return null;
  }
}

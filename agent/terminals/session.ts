import { execFile } from 'node:child_process';
import { readdir, readFile } from 'node:fs/promises';
import { promisify } from 'node:util';
import { isAlive, noteOf } from '../base/process-identity.ts';
import { Wake } from '../base/wake.ts';

const LOOK_MS = 30;
const run = promisify(execFile);

/**
 * Ends everything that runs in the terminal of this shell: `hangUp`, and whoever is still there after the grace is
 * killed. What made a session of its own (a daemon) is no longer the terminal's.
 */
export async function endSession(shell: number, hangUp: () => void, graceMs: number): Promise<void> {
  const never = new AbortController().signal;
  const left = await membersOf(shell);
  hangUp();
  const until = Date.now() + graceMs;
  let alive = await left();
  while (alive.length > 0 && Date.now() < until) {
    await new Wake().wait(LOOK_MS, never);
    alive = await left();
  }
  for (const pid of alive) kill(pid);
}

function kill(pid: number): void {
  try {
    process.kill(pid, 'SIGKILL');
  } catch {
    // Gone in the meantime.
  }
}

/** Asks, again and again, who of a session is there. */
async function membersOf(shell: number): Promise<() => Promise<readonly number[]>> {
  if (process.platform === 'linux') return () => sessionInProc(shell);
  // Elsewhere a session has no readable number: who descends from the shell now, of those who lives later.
  const members = await Promise.all((await descendants(shell)).map(noteOf));
  return async () => {
    const alive = await Promise.all(members.map(isAlive));
    return members.filter((_, at) => alive[at]).map(({ pid }) => pid);
  };
}

async function sessionInProc(shell: number): Promise<readonly number[]> {
  const names = (await readdir('/proc')).filter((name) => /^\d+$/.test(name));
  const found = await Promise.all(
    names.map(async (name) => {
      const stat = await readFile(`/proc/${name}/stat`, 'utf8').catch(() => '');
      // The command's name stands in parentheses and may itself hold spaces and parentheses.
      const [state, , , session] = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
      return Number(session) === shell && state !== 'Z' && state !== 'X' ? [Number(name)] : [];
    }),
  );
  return found.flat();
}

async function descendants(pid: number): Promise<readonly number[]> {
  const { stdout } = await run('ps', ['-A', '-o', 'pid=,ppid='], { timeout: 5_000 });
  const parents = stdout
    .trim()
    .split('\n')
    .map((line) => line.trim().split(/\s+/).map(Number));
  const tree = [pid];
  for (const at of tree)
    for (const [child, parent] of parents) if (parent === at && child) tree.push(child);
  return tree;
}

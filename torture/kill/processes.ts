import fs from 'node:fs';
import { isAlive, killNow, processTree } from '../../e2e/fixtures/process-tree.ts';

/** All of the app but the workspace agent and what leads to it: those were detached to live on. */
export function appTree(pid: number): number[] {
  return processTree(pid).filter((at) => at === pid || !commandOf(at).includes('agent.cjs'));
}

/** `kill -9` for all at once. Answers those that live on all the same, after a moment. */
export async function killTree(pid: number): Promise<number[]> {
  const tree = appTree(pid);
  killNow(tree);
  return await untilGone(tree);
}

export async function untilGone(pids: readonly number[], withinMs = 5_000): Promise<number[]> {
  const until = Date.now() + withinMs;
  for (;;) {
    const left = pids.filter(isAlive);
    if (left.length === 0 || Date.now() > until) return left;
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
}

/** The workspace agents of a home directory. */
export function agentsOf(homeDir: string): number[] {
  return processes().filter((pid) => {
    const command = commandOf(pid);
    return command.includes('agent.cjs') && command.includes(' run ') && command.includes(homeDir);
  });
}

/** Everything that was started with this home directory. */
export function processesOf(homeDir: string): { pid: number; command: string }[] {
  return processes()
    .filter((pid) => isAlive(pid) && environmentOf(pid).includes(`HOME=${homeDir}`))
    .map((pid) => ({ pid, command: commandOf(pid) }));
}

function processes(): number[] {
  if (!fs.existsSync('/proc')) return [];
  return fs
    .readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .map(Number);
}

function commandOf(pid: number): string {
  return read(pid, 'cmdline').replaceAll('\0', ' ');
}

function environmentOf(pid: number): string[] {
  return read(pid, 'environ').split('\0');
}

function read(pid: number, name: string): string {
  try {
    return fs.readFileSync(`/proc/${pid}/${name}`, 'utf8');
  } catch {
    return '';
  }
}

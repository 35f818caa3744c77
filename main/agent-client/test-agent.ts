import { execFile } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { mkdir, mkdtemp, readdir, readFile, realpath, rename, rm, rmdir, stat } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { promisify } from 'node:util';
import { systemClock } from '../base/clock.ts';
import type { AgentClient } from './client.ts';
import { type LocalAgent, startLocalAgent } from './local.ts';

const run = promisify(execFile);
const root = path.resolve(import.meta.dirname, '../..');
const BUILD_MS = 120_000;

/** The real agent, in a home of its own. For tests only. */
export interface TestAgent {
  readonly client: AgentClient;
  readonly local: LocalAgent;
  readonly agentFile: string;
  /** The agent's `--home`. */
  readonly home: string;
  /** An empty directory, removed at the end. */
  readonly dir: string;
  /** `kill -9` of the agent itself; resolves when it is gone. Its commands go on. */
  kill(): Promise<void>;
  /** Ends the agent and everything that it has started, and removes the directories. */
  close(): Promise<void>;
}

export interface TestAgentOptions {
  /** For the agent's process, such as GAFFER_FAILPOINT. */
  readonly env?: Readonly<Record<string, string>>;
  /** Of an earlier test agent that was killed: the next one continues there. */
  readonly base?: string;
  readonly idleMs?: number;
  /** Another Node.js than this one. */
  readonly nodePath?: string;
  /** Another one than what is built from the sources. */
  readonly agentFile?: string;
}

export async function startTestAgent(options: TestAgentOptions = {}): Promise<TestAgent> {
  const agentFile = options.agentFile ?? (await buildAgent());
  const base = options.base ?? (await realpath(await mkdtemp(path.join(os.tmpdir(), 'gaffer-agent-'))));
  const home = path.join(base, 'home');
  const dir = path.join(base, 'work');
  await mkdir(dir, { recursive: true });
  const local = await startLocalAgent({
    agentFile,
    nodePath: options.nodePath ?? process.execPath,
    // A plain shell: the person's startup files are not under test.
    nodeEnv: { SHELL: '/bin/sh', ...options.env },
    home,
    ...(options.idleMs === undefined ? {} : { idleMs: options.idleMs }),
    clock: systemClock,
    signal: AbortSignal.timeout(60_000),
  });
  return {
    client: local.client,
    local,
    agentFile,
    home,
    dir,
    kill: () => end(local.address.pid, 'SIGKILL'),
    async close() {
      const pids = await startedPids(home);
      const { pid } = local.address;
      local.close();
      for (const group of pids) signalGroup(group);
      await end(pid, 'SIGTERM');
      await rm(base, { recursive: true, force: true, maxRetries: 20, retryDelay: 50 });
    },
  };
}

/** Builds `out/agent/agent.cjs` when it is missing or older than its sources; one test process at a time. */
export async function buildAgent(): Promise<string> {
  const target = path.join(root, 'out/agent/agent.cjs');
  await mkdir(path.dirname(target), { recursive: true });
  const lock = path.join(path.dirname(target), '.building');
  const until = Date.now() + BUILD_MS;
  while ((await modifiedAt(target)) < (await newestSource())) {
    const mine = await mkdir(lock).then(
      () => true,
      () => false,
    );
    if (!mine) {
      if (Date.now() > until || (await modifiedAt(lock)) < Date.now() - BUILD_MS)
        await rmdir(lock).catch(() => {});
      await pause(100);
      continue;
    }
    try {
      await build(target);
    } finally {
      await rmdir(lock);
    }
  }
  return target;
}

async function build(target: string): Promise<void> {
  const temporary = path.join(root, `out/agent-${process.pid}`);
  const vite = path.join(root, 'node_modules/vite/bin/vite.js');
  const args = [vite, 'build', '-c', 'agent/vite.config.ts', '--outDir', temporary, '--logLevel', 'error'];
  await run(process.execPath, args, { cwd: root, timeout: BUILD_MS });
  await rename(path.join(temporary, 'agent.cjs'), target);
  await rm(temporary, { recursive: true, force: true });
}

async function newestSource(): Promise<number> {
  const folders = ['agent', 'shared/agent-protocol', 'shared/util'].map((name) => path.join(root, name));
  let newest = 0;
  for (const folder of folders) {
    for (const name of await readdir(folder, { recursive: true })) {
      if (!name.endsWith('.ts') || name.endsWith('.test.ts')) continue;
      newest = Math.max(newest, await modifiedAt(path.join(folder, name)));
    }
  }
  return newest;
}

async function modifiedAt(file: string): Promise<number> {
  return stat(file).then(
    (found) => found.mtimeMs,
    () => 0,
  );
}

/** Of the commands that were started in this home, whoever's agent they had. */
async function startedPids(home: string): Promise<readonly number[]> {
  const runs = path.join(home, 'runs');
  const ids = await readdir(runs).catch(() => [] as string[]);
  const pids = await Promise.all(
    ids.map(async (id) => {
      const ended = (await modifiedAt(path.join(runs, id, 'exit'))) > 0;
      const text = ended ? null : await readFile(path.join(runs, id, 'pid'), 'utf8').catch(() => null);
      return text === null ? [] : [(JSON.parse(text) as { pid: number }).pid];
    }),
  );
  return pids.flat();
}

function signalGroup(pid: number): void {
  try {
    process.kill(-pid, 'SIGKILL');
  } catch {
    // It has ended.
  }
}

async function end(pid: number, signal: 'SIGKILL' | 'SIGTERM'): Promise<void> {
  const until = Date.now() + 10_000;
  if (isProcessAlive(pid)) process.kill(pid, signal);
  while (isProcessAlive(pid) && Date.now() < until) await pause(10);
}

/** A zombie is dead: who reaps what was orphaned may be slow. */
export function isProcessAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    const stat = process.platform === 'linux' ? readFileSync(`/proc/${pid}/stat`, 'utf8') : '';
    return !/\) [ZX] /.test(stat);
  } catch {
    return false;
  }
}

function pause(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}

import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import fs from 'node:fs';
import path from 'node:path';
import { createInterface } from 'node:readline';
import { within } from '../waits.ts';

const program = path.resolve(import.meta.dirname, '../../out/main/daemon.js');
const READY_MS = 60_000;
/** Closing in order takes 10 s at most. */
const GONE_MS = 20_000;

export interface ReplicaSetup {
  readonly dir: string;
  readonly homeDir: string;
  readonly env: Readonly<Record<string, string>>;
}

/** The built daemon without a window, in a process of its own. */
export interface Replica {
  /** Exit code, or the signal's name. */
  end(signal: 'SIGKILL' | 'SIGTERM'): Promise<string>;
}

export async function startReplica({ dir, homeDir, env }: ReplicaSetup): Promise<Replica> {
  fs.mkdirSync(dir, { recursive: true });
  const output = fs.openSync(path.join(dir, 'output.log'), 'a');
  const child = spawn(process.execPath, [program, `--user-data-dir=${dir}`], {
    env: { ...env, HOME: homeDir, PATH: process.env['PATH'] },
    stdio: ['ignore', 'pipe', output],
  });
  fs.closeSync(output);
  const exited = once(child, 'exit');
  const line = once(createInterface({ input: piped(child) }), 'line');
  const early = exited.then(() => Promise.reject(new Error(`a replica ended at its start, see ${dir}`)));
  early.catch(() => undefined);
  await within(READY_MS, 'a replica starts', Promise.race([line, early]));
  return {
    async end(signal) {
      child.kill(signal);
      const [code, by] = await within(GONE_MS, 'a replica ends', exited);
      return String(code ?? by);
    },
  };
}

function piped({ stdout }: ChildProcess) {
  if (!stdout) throw new Error('the output is a pipe');
  return stdout;
}

import { createRequire } from 'node:module';
import os from 'node:os';
import path from 'node:path';
import type { Pty, PtyOptions } from './pty.ts';

interface Spawned {
  readonly pid: number;
  onData(listener: (data: Buffer) => void): void;
  onExit(listener: (end: { exitCode: number; signal?: number }) => void): void;
  write(data: Buffer): void;
  resize(cols: number, rows: number): void;
  pause(): void;
  resume(): void;
  kill(signal?: string): void;
}

/** The part of the package `node-pty` that is used. */
interface NodePty {
  spawn(file: string, args: readonly string[], options: object): Spawned;
}

/** The package, where this host has it: beside the agent, in the home, or installed globally. Null: it has not. */
export function findNodePty(agentFile: string): NodePty | null {
  const require = createRequire(agentFile);
  const paths = [path.dirname(agentFile), os.homedir(), path.resolve(process.execPath, '../../lib')];
  try {
    const found = require(require.resolve('node-pty', { paths })) as Partial<NodePty>;
    return typeof found.spawn === 'function' ? (found as NodePty) : null;
  } catch {
    // Not there, or built for another Node.js.
    return null;
  }
}

export function openNodePty(nodePty: NodePty, options: PtyOptions): Pty {
  const { shell, cwd, env, size } = options;
  const spawned = nodePty.spawn(shell, ['-l'], { name: env['TERM'], cwd, env, ...size, encoding: null });
  spawned.onData((data) => options.onData(data));
  spawned.onExit(({ exitCode, signal }) => options.onExit(signal ? 128 + signal : exitCode));
  return {
    pid: spawned.pid,
    write: (bytes) => spawned.write(Buffer.from(bytes)),
    // It queues by itself and does not tell how much.
    pending: () => 0,
    resize: async ({ cols, rows }) => spawned.resize(cols, rows),
    pause: () => spawned.pause(),
    resume: () => spawned.resume(),
    hangUp: () => spawned.kill('SIGHUP'),
  };
}

import { spawn } from 'node:child_process';
import { Duplex } from 'node:stream';
import { shellQuote } from './quote.ts';
import type { RemoteCommand, Session } from './session.ts';

/**
 * Runs a program on a machine, found as a login shell would find it, with its standard streams for the caller. The one
 * way to the dev container CLI. Throws when nothing can be started there; a program that is missing is an exit code.
 */
export type CommandRunner = (command: readonly string[], signal: AbortSignal) => Promise<RemoteCommand>;

const STDERR_LIMIT = 64 * 1024;

/** On this computer. */
export function runHere(env: NodeJS.ProcessEnv = process.env): CommandRunner {
  return async (command, signal) => startHere(env, command, signal);
}

function startHere(env: NodeJS.ProcessEnv, command: readonly string[], signal: AbortSignal): RemoteCommand {
  const child = spawn('/bin/sh', ['-lc', 'exec "$@"', 'sh', ...command], {
    stdio: ['pipe', 'pipe', 'pipe'],
    detached: true,
    env,
  });
  const kill = () => {
    try {
      if (child.pid !== undefined) process.kill(-child.pid, 'SIGTERM');
    } catch {
      // It has ended.
    }
  };
  const stream = Duplex.from({ readable: child.stdout, writable: child.stdin });
  stream.on('error', kill);
  stream.on('close', kill);
  const onAbort = () => stream.destroy();
  signal.addEventListener('abort', onAbort, { once: true });
  let stderr = '';
  child.stderr.on('data', (chunk: Buffer) => {
    stderr = (stderr + chunk.toString('utf8')).slice(-STDERR_LIMIT);
  });
  const ended = new Promise<{ code: number | null; stderr: string }>((resolve) => {
    child.once('error', (error) => resolve({ code: null, stderr: error.message }));
    child.once('close', (code) => resolve({ code, stderr }));
  }).finally(() => signal.removeEventListener('abort', onAbort));
  if (signal.aborted) onAbort();
  return { stream, ended };
}

/** On a host, over its one connection. `marker`: a word that nothing else prints. */
export async function runThere(
  session: Pick<Session, 'start'>,
  command: readonly string[],
  { marker, signal }: { readonly marker: string; readonly signal: AbortSignal },
): Promise<RemoteCommand> {
  const words = ['sh', '-lc', 'exec "$@"', 'sh', ...command].map(shellQuote).join(' ');
  return session.start(`exec ${words}`, marker, signal);
}

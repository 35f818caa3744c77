import { spawn } from 'node:child_process';
import { closeSync, openSync, readdirSync } from 'node:fs';

export interface ApartEnd {
  /** Null: a signal ended it. */
  readonly code: number | null;
  readonly stdout: string;
}

/** Chromium's other threads open files too: so many descriptors beyond those in sight are covered as well. */
const MARGIN = 64;

/**
 * Runs a program to its end without handing it our open files. On Linux a child inherits what Chromium opened
 * without close-on-exec: its pipes, the display's socket, its database files. The agent outlives the app, and
 * would hold all of them, and hand them to every command that it runs. Rejects when the program cannot start,
 * with the signal's reason, or when it takes too long.
 */
export function runApart(
  file: string,
  args: readonly string[],
  options: { readonly env: NodeJS.ProcessEnv; readonly timeoutMs: number; readonly signal: AbortSignal },
): Promise<ApartEnd> {
  const { env, timeoutMs, signal } = options;
  const nothing = process.platform === 'linux' ? openSync('/dev/null', 'r+') : null;
  return new Promise<ApartEnd>((resolve, reject) => {
    const child = spawn(file, args, {
      env,
      signal,
      timeout: timeoutMs,
      stdio: ['ignore', 'pipe', 'ignore', ...(nothing === null ? [] : covers(nothing))],
    });
    const chunks: Buffer[] = [];
    child.stdout?.on('data', (chunk: Buffer) => chunks.push(chunk));
    child.once('error', reject);
    child.once('close', (code) => resolve({ code, stdout: Buffer.concat(chunks).toString('utf8') }));
  }).finally(() => {
    if (nothing !== null) closeSync(nothing);
  });
}

/** Stands in the place of every descriptor that the child would inherit. */
function covers(nothing: number): number[] {
  const highest = Math.max(...readdirSync('/proc/self/fd').map(Number));
  return Array.from({ length: highest + MARGIN - 2 }, () => nothing);
}

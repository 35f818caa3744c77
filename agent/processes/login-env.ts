import { spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import os from 'node:os';
import { limits } from '../base/limits.ts';
import { isSecretVariable } from '../base/secret-variables.ts';

type Env = Readonly<Record<string, string>>;

/** The Electron switch would break the commands' own programs. */
const withheld = /^(?:ELECTRON_RUN_AS_NODE|_|SHLVL|PWD|OLDPWD)$/;

export function withoutWithheld(env: Readonly<Record<string, string | undefined>>): Env {
  const kept = Object.entries(env).filter(
    (entry): entry is [string, string] =>
      entry[1] !== undefined && !withheld.test(entry[0]) && !isSecretVariable(entry[0]),
  );
  return Object.fromEntries(kept);
}

export function loginShell(): string {
  return process.env.SHELL || userShell() || '/bin/sh';
}

/**
 * The environment of a login shell, as a terminal would have it. A shell that fails, hangs or says nothing is
 * answered with our own environment.
 */
export async function loadLoginEnv(
  shell = loginShell(),
  waitMs: number = limits.loginShellMs,
): Promise<Env> {
  const own = withoutWithheld(process.env);
  const mark = `gaffer-${randomBytes(8).toString('hex')}`;
  const text = await askShell(shell, mark, waitMs);
  const body = text?.split(mark)[1];
  if (!body) return own;
  const pairs = body.split('\0').flatMap((line): [string, string][] => {
    const at = line.indexOf('=');
    return at > 0 ? [[line.slice(0, at), line.slice(at + 1)]] : [];
  });
  return pairs.length === 0 ? own : withoutWithheld(Object.fromEntries(pairs));
}

/** Null: it could not be asked. A session of its own, so that an interactive shell finds no terminal to seize. */
function askShell(shell: string, mark: string, waitMs: number): Promise<string | null> {
  const script = `printf '%s' ${mark}; command env -0; printf '%s' ${mark}`;
  return new Promise((resolve) => {
    const child = spawn(shell, ['-ilc', script], {
      cwd: os.homedir(),
      env: withoutWithheld(process.env),
      detached: true,
      stdio: ['ignore', 'pipe', 'ignore'],
    });
    const chunks: Buffer[] = [];
    const finish = (text: string | null) => {
      clearTimeout(timer);
      child.stdout.destroy();
      resolve(text);
    };
    const timer = setTimeout(() => {
      killGroup(child.pid);
      finish(null);
    }, waitMs);
    child.stdout.on('data', (chunk: Buffer) => {
      chunks.push(chunk);
      // Not the end of the pipe: a background job of the person's startup file may hold it open for ever.
      const text = Buffer.concat(chunks).toString('utf8');
      if (text.split(mark).length > 2) finish(text);
    });
    child.once('error', () => finish(null));
    child.once('close', () => finish(null));
  });
}

function killGroup(pid: number | undefined): void {
  try {
    if (pid !== undefined) process.kill(-pid, 'SIGKILL');
  } catch {
    // Already gone.
  }
}

function userShell(): string {
  try {
    return os.userInfo().shell ?? '';
  } catch {
    return '';
  }
}

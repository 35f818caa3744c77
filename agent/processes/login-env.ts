import { spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import os from 'node:os';
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

/** What commands get where the login shell's cannot be read. */
export function ownEnv(): Env {
  return withoutWithheld(process.env);
}

/** Of a login shell: its environment, or why it could not be read. */
export type Asked =
  | { readonly env: Env; readonly failure: null }
  | { readonly env: null; readonly failure: string };

/** The environment of a login shell, as a terminal would have it. */
export async function loadLoginEnv(shell: string, waitMs: number): Promise<Asked> {
  const mark = `gaffer-${randomBytes(8).toString('hex')}`;
  const said = await askShell(shell, mark, waitMs);
  if ('failure' in said) return { env: null, failure: said.failure };
  const body = said.text.split(mark)[1] ?? '';
  const pairs = body.split('\0').flatMap((line): [string, string][] => {
    const at = line.indexOf('=');
    return at > 0 ? [[line.slice(0, at), line.slice(at + 1)]] : [];
  });
  if (pairs.length === 0) return { env: null, failure: `${shell} told no environment` };
  return { env: withoutWithheld(Object.fromEntries(pairs)), failure: null };
}

type Said = { readonly text: string } | { readonly failure: string };

/** A session of its own, so that an interactive shell finds no terminal to seize. */
function askShell(shell: string, mark: string, waitMs: number): Promise<Said> {
  const script = `printf '%s' ${mark}; command env -0; printf '%s' ${mark}`;
  return new Promise((resolve) => {
    const child = spawn(shell, ['-ilc', script], {
      cwd: os.homedir(),
      env: withoutWithheld(process.env),
      detached: true,
      stdio: ['ignore', 'pipe', 'ignore'],
    });
    const chunks: Buffer[] = [];
    const finish = (said: Said) => {
      clearTimeout(timer);
      child.stdout.destroy();
      resolve(said);
    };
    const timer = setTimeout(() => {
      killGroup(child.pid);
      finish({ failure: `${shell} did not answer within ${waitMs / 1000} s` });
    }, waitMs);
    child.stdout.on('data', (chunk: Buffer) => {
      chunks.push(chunk);
      // Not the end of the pipe: a background job of the person's startup file may hold it open for ever.
      const text = Buffer.concat(chunks).toString('utf8');
      if (text.split(mark).length > 2) finish({ text });
    });
    child.once('error', (error) => finish({ failure: `${shell} could not be run: ${error.message}` }));
    child.once('close', (code) =>
      finish({ failure: `${shell} ended with ${code ?? 'a signal'} and told nothing` }),
    );
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

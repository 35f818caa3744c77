import { spawn } from 'node:child_process';

const LIMIT_MS = 10_000;

/** Whether a command of the configuration ends well; one that does not end in time does not. */
export async function succeeds(
  command: string,
  env: Readonly<Record<string, string | undefined>>,
  signal: AbortSignal,
): Promise<boolean> {
  signal.throwIfAborted();
  const [program, ...args] = shellCommand(command, env);
  const bound = AbortSignal.any([signal, AbortSignal.timeout(LIMIT_MS)]);
  return new Promise((resolve) => {
    const child = spawn(program, args, { env, stdio: 'ignore', signal: bound, killSignal: 'SIGKILL' });
    child.once('error', () => resolve(false));
    child.once('close', (code) => resolve(code === 0));
  });
}

/** The person's own shell, as OpenSSH runs what a configuration names. */
export function shellCommand(
  command: string,
  env: Readonly<Record<string, string | undefined>>,
): [program: string, ...args: string[]] {
  if (process.platform === 'win32') return [env['ComSpec'] ?? 'cmd.exe', '/d', '/s', '/c', command];
  return [env['SHELL'] || '/bin/sh', '-c', command];
}

import { spawn, spawnSync } from 'node:child_process';
import path from 'node:path';

/** The checkout that these scripts belong to. */
export const root = path.resolve(import.meta.dirname, '../..');

/** Progress goes to standard error, so that standard output stays for answers. */
export function say(message) {
  process.stderr.write(`${message}\n`);
}

/** Runs a command to its end and returns its standard output; a failure carries the end of its standard error. */
export function capture(command, args, options = {}) {
  const done = spawnSync(command, args, { cwd: root, encoding: 'utf8', maxBuffer: 64 << 20, ...options });
  if (done.error) throw done.error;
  if (done.status !== 0) {
    const told = (done.stderr || done.stdout || '').trim().split('\n');
    const why = told
      .filter((line) => !/^\s+at /.test(line))
      .slice(-20)
      .join('\n');
    throw new Error(`${command} ${args.join(' ')} ended with ${done.status ?? done.signal}\n${why}`);
  }
  return done.stdout;
}

/**
 * Runs a command that may talk to the terminal; resolves with its exit code. Signals that ask us to end go to
 * the child: its orderly way out decides when we leave.
 */
export function runThrough(command, args, options = {}) {
  return new Promise((resolve, reject) => {
    const child = spawn(command, args, { cwd: root, stdio: 'inherit', ...options });
    const pass = (signal) => child.kill(signal);
    const signals = ['SIGINT', 'SIGTERM', 'SIGHUP'];
    for (const signal of signals) process.on(signal, pass);
    const settle = (done) => {
      for (const signal of signals) process.off(signal, pass);
      done();
    };
    child.on('error', (error) => settle(() => reject(error)));
    child.on('close', (code, signal) => settle(() => resolve(code ?? (signal === null ? 1 : 128))));
  });
}

export const isRoot = process.platform !== 'win32' && process.getuid?.() === 0;

/** `node_modules/.bin/<name>`, which also works when we were not started by npm. */
export function bin(name) {
  return path.join(root, 'node_modules/.bin', process.platform === 'win32' ? `${name}.cmd` : name);
}

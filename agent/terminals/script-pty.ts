import { type ChildProcess, execFile, spawn } from 'node:child_process';
import fs from 'node:fs';
import type { Readable, Writable } from 'node:stream';
import type { TerminalSize } from '@shared/agent-protocol/terminals.ts';
import { errorCode, Refusal } from '../base/refusal.ts';
import type { Pty, PtyOptions } from './pty.ts';

const ASK_MS = 5_000;
const START_MS = 15_000;
const RESIZE_MS = 5_000;
const STDERR_CHARS = 1_000;

/**
 * Runs inside of the new terminal, in /bin/sh. The size stands before the shell looks; file 3 leads to us: it tells who
 * the shell is and where its terminal lies, and is closed again before the shell could pass it on.
 */
const INNER = [
  'stty sane rows "$GAFFER_ROWS" cols "$GAFFER_COLS"',
  'stty iutf8 2>/dev/null',
  'echo "shell $$ $(tty)" >&3',
  'exec 3>&-',
  'SHELL=$GAFFER_SHELL; export SHELL',
  'unset GAFFER_SHELL GAFFER_ROWS GAFFER_COLS GAFFER_INNER',
  'exec "$SHELL" -l',
].join('\n');

/** BSD's takes a pipe for its input and no socket, which is what Node.js makes; `cat` ends when we close its input. */
const BSD = 'cat | { script -q /dev/null /bin/sh -c "$GAFFER_INNER"; echo "exit $?" >&3; }';

type Form = 'util-linux' | 'bsd';

interface Running {
  readonly child: ChildProcess;
  readonly input: Writable;
  readonly output: Readable;
  /** The shell tells of itself once, on file 3. */
  onShell(listener: (shell: Shell) => void): void;
  /** What file 3 said of the end; BSD's form only. */
  exitNoted(): number | null;
  /** The last of what `script` itself complained about. */
  complaint(): string;
}

/** A terminal made by the program `script`, which each system has in its own form. Throws Refusal. */
export async function openScriptPty(options: PtyOptions): Promise<Pty> {
  const running = start(await formOfScript(options.env), options);
  const { child, input, output } = running;
  const { pid, tty } = await shellOf(running);
  output.on('data', options.onData);
  child.once('close', (code) => options.onExit(running.exitNoted() ?? code));
  return {
    pid,
    write: (bytes) => void input.write(bytes),
    pending: () => input.writableLength,
    resize: (size) => resizeTty(tty, size, options.env),
    pause: () => output.pause(),
    resume: () => output.resume(),
    // With it goes the other end of the terminal.
    hangUp: () => killGroup(child),
  };
}

interface Shell {
  readonly pid: number;
  readonly tty: string;
}

function shellOf(running: Running): Promise<Shell> {
  return new Promise((resolve, reject) => {
    const settle = (run: () => void) => {
      clearTimeout(timer);
      running.child.off('error', onError).off('close', onClose);
      run();
    };
    const fail = (message: string) =>
      settle(() => reject(new Refusal(500, 'io', message, running.complaint() || null)));
    const onError = (error: Error) => fail(`the terminal could not be started: ${error.message}`);
    const onClose = () => fail('the terminal could not be started');
    const timer = setTimeout(() => {
      killGroup(running.child);
      fail('the terminal did not start in time');
    }, START_MS);
    running.child.once('error', onError).once('close', onClose);
    running.onShell((shell) => settle(() => resolve(shell)));
  });
}

function start(form: Form, { shell, cwd, env, size }: PtyOptions): Running {
  const [file, args] =
    form === 'bsd'
      ? (['/bin/sh', ['-c', BSD]] as const)
      : (['script', ['-qefc', INNER, '/dev/null']] as const);
  const child = spawn(file, args, {
    cwd,
    // `script` runs its command in $SHELL, which may be one that cannot read it.
    env: {
      ...env,
      SHELL: '/bin/sh',
      GAFFER_SHELL: shell,
      GAFFER_ROWS: String(size.rows),
      GAFFER_COLS: String(size.cols),
      ...(form === 'bsd' ? { GAFFER_INNER: INNER } : {}),
    },
    detached: true,
    stdio: ['pipe', 'pipe', 'pipe', 'pipe'],
  });
  const [input, output, complaints, notes] = child.stdio as unknown as [
    Writable,
    Readable,
    Readable,
    Readable,
  ];
  for (const stream of [input, output, complaints, notes]) stream.on('error', () => {});
  let complaint = '';
  complaints.on('data', (data: Buffer) => {
    complaint = (complaint + data.toString('utf8')).slice(-STDERR_CHARS);
  });
  let noted = '';
  let onShell: ((shell: Shell) => void) | null = null;
  const exitNoted = () => {
    const code = /^exit (\d+)$/m.exec(noted)?.[1];
    return code === undefined ? null : Number(code);
  };
  notes.on('data', (data: Buffer) => {
    noted += data.toString('utf8');
    const [, pid, tty] = /^shell (\d+) (\/\S+)$/m.exec(noted) ?? [];
    if (pid !== undefined && tty !== undefined) onShell?.({ pid: Number(pid), tty });
    if (exitNoted() !== null) input.end();
  });
  return {
    child,
    input,
    output,
    onShell: (listener) => {
      onShell = listener;
    },
    exitNoted,
    complaint: () => complaint.trim(),
  };
}

function killGroup(child: ChildProcess): void {
  try {
    if (child.pid !== undefined) process.kill(-child.pid, 'SIGKILL');
  } catch {
    // Already gone.
  }
}

async function resizeTty(tty: string, { cols, rows }: TerminalSize, env: PtyOptions['env']): Promise<void> {
  // We lead a session: without the flag the terminal would become ours.
  const fd = fs.openSync(tty, fs.constants.O_RDWR | fs.constants.O_NOCTTY | fs.constants.O_NONBLOCK);
  try {
    await new Promise<void>((resolve, reject) => {
      const child = spawn('stty', ['rows', String(rows), 'cols', String(cols)], {
        env,
        stdio: [fd, 'ignore', 'ignore'],
        timeout: RESIZE_MS,
      });
      child.once('error', reject);
      child.once('close', (code) =>
        code === 0 ? resolve() : reject(new Refusal(500, 'io', 'the terminal could not be resized')),
      );
    });
  } finally {
    fs.closeSync(fd);
  }
}

/** Throws the refusal that says what is missing. */
function formOfScript(env: PtyOptions['env']): Promise<Form> {
  return new Promise((resolve, reject) => {
    const child = execFile('script', ['--version'], { env, timeout: ASK_MS }, (error, stdout, stderr) => {
      const said = stdout + stderr;
      // BusyBox's has neither the one form nor the other.
      if (errorCode(error) === 'ENOENT' || /busybox/i.test(said)) reject(noTerminal());
      else resolve(/util-linux/i.test(said) ? 'util-linux' : 'bsd');
    });
    child.stdin?.end();
  });
}

function noTerminal(): Refusal {
  return new Refusal(
    501,
    'no-terminal',
    'there are no terminals on this machine: it has neither the program `script` of util-linux ' +
      '(package util-linux; bsdutils on Debian and Ubuntu) nor the package node-pty for Node.js',
  );
}

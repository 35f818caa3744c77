import { type ChildProcessWithoutNullStreams, spawn } from 'node:child_process';
import { Duplex } from 'node:stream';
import type { Person } from './config/person.ts';
import { shellCommand } from './config/run-shell.ts';
import { LinkFault } from './fault.ts';
import { waitFor } from './wait-for.ts';

const SAID_LIMIT = 4_096;
/** Between asking it to end and ending it. */
const GRACE_MS = 1_000;

/** A command whose input and output are the connection, as OpenSSH runs `ProxyCommand`. Dies with the stream. */
export class ProxyCommand extends Duplex {
  readonly #child: ChildProcessWithoutNullStreams;
  readonly #spoke: Promise<unknown>;
  #said = '';

  constructor(command: string, { env }: Person) {
    super({ allowHalfOpen: false });
    const isWindows = process.platform === 'win32';
    const [program, ...args] = shellCommand(isWindows ? command : `exec ${command}`, env);
    // A group of its own, so that what the command starts ends with it.
    this.#child = spawn(program, args, { env, stdio: 'pipe', detached: !isWindows, windowsHide: true });
    const { stdin, stdout, stderr } = this.#child;
    stdout.on('data', (chunk: Buffer) => {
      if (!this.push(chunk)) stdout.pause();
    });
    this.#spoke = new Promise((resolve) => stdout.once('data', resolve));
    stderr.setEncoding('utf8').on('data', (text: string) => {
      this.#said = `${this.#said}${text}`.slice(-SAID_LIMIT);
    });
    stdin.on('error', () => undefined);
    this.#child.once('error', (error) =>
      this.destroy(this.#ended(`it cannot be started (${error.message})`)),
    );
    // Told by whoever uses the stream; before that, by `untilItSpeaks`.
    this.on('error', () => undefined);
    // After its output was read.
    this.#child.once('close', (code, signal) => {
      this.destroy(this.#ended(signal === null ? `it ended with ${code}` : `${signal} ended it`));
    });
  }

  /** An SSH server speaks first. Otherwise the command is gone, and LinkFault or the signal's reason is thrown. */
  async untilItSpeaks(timeoutMs: number, signal: AbortSignal): Promise<void> {
    const late = AbortSignal.timeout(timeoutMs);
    const gone = new Promise<void>((resolve) => {
      if (this.closed) resolve();
      else this.once('close', resolve);
    });
    try {
      signal.throwIfAborted();
      const ended = gone.then(() => Promise.reject(this.errored ?? this.#ended('it ended')));
      await waitFor(Promise.race([this.#spoke, ended]), AbortSignal.any([signal, late]));
    } catch (error) {
      this.destroy();
      await gone;
      signal.throwIfAborted();
      throw late.aborted ? this.#ended('no server answers through it') : error;
    }
  }

  override _read(): void {
    this.#child.stdout.resume();
  }

  override _write(chunk: Buffer, _encoding: string, done: (error?: Error | null) => void): void {
    // One that has ended is told by `close`.
    this.#child.stdin.write(chunk, () => done());
  }

  override _final(done: (error?: Error | null) => void): void {
    this.#child.stdin.end();
    done();
  }

  /** `close` comes when the command is gone. */
  override _destroy(error: Error | null, done: (error: Error | null) => void): void {
    const child = this.#child;
    if (child.pid === undefined || child.exitCode !== null || child.signalCode !== null) return done(error);
    const timer = setTimeout(() => this.#kill('SIGKILL'), GRACE_MS);
    child.once('exit', () => {
      clearTimeout(timer);
      done(error);
    });
    this.#kill('SIGHUP');
  }

  /** What it wrote to its standard error; null: nothing. */
  get said(): string | null {
    return this.#said.trim() || null;
  }

  #ended(why: string): LinkFault {
    return new LinkFault(
      'unreachable',
      `The ProxyCommand of the SSH configuration does not connect: ${why}.`,
      this.said,
      'Run the command by hand, with the host and port in place, and correct it in the SSH configuration.',
    );
  }

  #kill(signal: NodeJS.Signals): void {
    const { pid } = this.#child;
    try {
      if (pid !== undefined && process.platform !== 'win32') process.kill(-pid, signal);
      else this.#child.kill(signal);
    } catch {
      // It ended by itself in the meantime.
    }
  }
}

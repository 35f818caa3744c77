import type { TerminalInput, TerminalOutput, TerminalSize } from '@shared/agent-protocol/terminals.ts';
import { limits } from '../base/limits.ts';
import { Refusal } from '../base/refusal.ts';
import { Wake } from '../base/wake.ts';
import { OutputRing } from './output-ring.ts';
import type { Pty, PtyOptions } from './pty.ts';
import { endSession } from './session.ts';

/** Answers to one who reads on and on are not closer than that: what a program writes in bits comes in one piece. */
const BURST_MS = 8;
/** So long somebody who has read counts as reading. */
const READER_MS = 10_000;
/** So far the terminal runs ahead of who reads; without a reader it waits for nobody. */
const AHEAD_BYTES = 256 * 1024;
/** Input that the terminal does not take; more is refused. */
const PENDING_BYTES = 256 * 1024;
const INPUT_MS = 5_000;
const LOOK_MS = 20;
const WRITERS = 64;

/** One terminal of this agent: what it wrote lately, and everybody's input in order. */
export class Terminal {
  /** Wrote something, or ended. */
  readonly wake = new Wake();
  size: TerminalSize;
  private readonly ring = new OutputRing(limits.terminalRing);
  private readonly onEnd: () => void;
  private pty: Pty | null = null;
  private end: { readonly code: number | null } | null = null;
  private answeredAt = 0;
  private reader: { readonly at: number; readonly cursor: number } | null = null;
  private held: NodeJS.Timeout | null = null;
  /** The last number that each writer has used; who wrote last stands last. */
  private readonly writers = new Map<string, number>();
  private resizing: Promise<void> | null = null;

  constructor(size: TerminalSize, onEnd: () => void) {
    this.size = size;
    this.onEnd = onEnd;
  }

  /** `open` makes the pty. Answers the pid of the shell. */
  async start(open: (events: Pick<PtyOptions, 'onData' | 'onExit'>) => Promise<Pty>): Promise<number> {
    const pty = await open({
      onData: (bytes) => this.take(bytes),
      onExit: (code) => this.finish(code),
    });
    this.pty = pty;
    return pty.pid;
  }

  get running(): boolean {
    return this.end === null;
  }

  get exitCode(): number | null {
    return this.end?.code ?? null;
  }

  read(after: number): TerminalOutput {
    // The state before the bytes: "ended" then means that these are all.
    const { running, exitCode } = this;
    const { data, start } = this.ring.read(after, limits.terminalChunk);
    this.reader = { at: Date.now(), cursor: Math.max(this.reader?.cursor ?? 0, after) };
    if (this.held !== null && !this.isAhead()) this.release();
    return {
      data: data.toString('base64'),
      start,
      next: start + data.length,
      total: this.ring.total,
      state: running ? 'running' : 'ended',
      exit_code: exitCode,
    };
  }

  /** Until there are bytes past `after`, the terminal ended, or the time is over. */
  async waitForOutput(after: number, signal: AbortSignal): Promise<void> {
    const until = Date.now() + limits.waitMs;
    while (this.ring.total <= after && this.running && !signal.aborted && Date.now() < until) {
      await this.wake.wait(until - Date.now(), signal);
    }
    const early = this.answeredAt + BURST_MS - Date.now();
    if (early > 0 && this.running) await new Wake().wait(early, signal);
    this.answeredAt = Date.now();
  }

  /** Throws before it typed anything, or has taken it all. */
  async write({ writer, sequence, bytes }: TerminalInput, signal: AbortSignal): Promise<void> {
    const until = Date.now() + INPUT_MS;
    while (this.runningPty().pending() > PENDING_BYTES) {
      if (signal.aborted || Date.now() > until)
        throw new Refusal(409, 'conflict', 'the terminal does not take any more input');
      await new Wake().wait(LOOK_MS, signal);
    }
    // Sent again after a broken connection: it was typed the first time.
    if (sequence <= (this.writers.get(writer) ?? 0)) return;
    this.writers.delete(writer);
    this.writers.set(writer, sequence);
    const [oldest] = this.writers.keys();
    if (this.writers.size > WRITERS && oldest !== undefined) this.writers.delete(oldest);
    this.runningPty().write(bytes);
  }

  /** Of many at once only the last one counts. */
  async resize(size: TerminalSize): Promise<void> {
    const before = this.resizing;
    const pty = this.runningPty();
    if (size.cols === this.size.cols && size.rows === this.size.rows) return before ?? undefined;
    this.size = size;
    const mine = (async () => {
      await before?.catch(() => undefined);
      if (this.size === size && this.running) await pty.resize(size);
    })();
    this.resizing = mine;
    await mine;
  }

  /** Ends whatever runs in it. */
  async close(): Promise<void> {
    const { pty } = this;
    if (pty && this.running) await endSession(pty.pid, () => pty.hangUp(), limits.terminalGraceMs);
  }

  private runningPty(): Pty {
    if (!this.running || !this.pty) throw new Refusal(409, 'already-exited', 'the terminal has ended');
    return this.pty;
  }

  private take(bytes: Buffer): void {
    this.ring.append(bytes);
    if (this.held === null && this.isAhead()) this.hold();
    this.wake.notify();
  }

  private finish(code: number | null): void {
    this.end = { code };
    this.release();
    this.wake.notify();
    this.onEnd();
  }

  private isAhead(): boolean {
    const { reader } = this;
    return (
      reader !== null && Date.now() - reader.at < READER_MS && this.ring.total - reader.cursor > AHEAD_BYTES
    );
  }

  /** The program waits for its reader, as it would for a screen; but for no longer than somebody reads. */
  private hold(): void {
    this.pty?.pause();
    this.held = setTimeout(() => this.release(), READER_MS);
  }

  private release(): void {
    if (this.held === null) return;
    clearTimeout(this.held);
    this.held = null;
    this.pty?.resume();
  }
}

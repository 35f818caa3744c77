import { closeSync, openSync, readdirSync, rmSync, writeSync } from 'node:fs';
import path from 'node:path';
import { limits } from '../base/limits.ts';
import { segmentName, segmentStarts } from './spool-files.ts';

export interface SpoolBounds {
  readonly head: number;
  readonly tail: number;
  readonly segment: number;
}

export const spoolBounds: SpoolBounds = {
  head: limits.spoolHead,
  tail: limits.spoolTail,
  segment: limits.spoolSegment,
};

/** After a write that found no room; what comes meanwhile is lost. */
const TRY_AGAIN_MS = 1_000;

/**
 * Keeps the first `head` bytes and at least the last `tail` of everything written: plain files that only grow,
 * named by position, the oldest removed. Nothing is buffered here, so a killed writer loses nothing. A full disk must
 * not stop the command: what it prints then is lost, the positions (at the end `written`) tell how much, and later output is kept again.
 */
export class SpoolWriter {
  private readonly dir: string;
  private readonly bounds: SpoolBounds;
  private readonly now: () => number;
  private segments: number[] = [];
  /** Null: the last write found no room. */
  private fd: number | null;
  private fileEnd: number;
  private position = 0;
  private lostAt = 0;

  constructor(dir: string, bounds: SpoolBounds = spoolBounds, now: () => number = Date.now) {
    this.dir = dir;
    this.bounds = bounds;
    this.now = now;
    this.fd = openSync(path.join(dir, 'head'), 'w', 0o600);
    this.fileEnd = bounds.head;
    for (const start of segmentStarts(readdirSync(dir))) rmSync(path.join(dir, segmentName(start)));
  }

  /** Everything that came, what was lost included. */
  get written(): number {
    return this.position;
  }

  /** Synchronous on purpose: a writer slower than the command slows the command, and memory stays flat. */
  write(chunk: Uint8Array): void {
    let at = 0;
    while (at < chunk.length) {
      if (this.fd === null ? this.now() - this.lostAt >= TRY_AGAIN_MS : this.position === this.fileEnd)
        this.openSegment();
      const left = chunk.length - at;
      const written =
        this.fd === null ? left : this.put(chunk, at, Math.min(left, this.fileEnd - this.position));
      at += written;
      this.position += written;
    }
  }

  close(): void {
    if (this.fd !== null) closeSync(this.fd);
    this.fd = null;
  }

  private put(chunk: Uint8Array, at: number, length: number): number {
    try {
      return this.fd === null ? 0 : writeSync(this.fd, chunk, at, length);
    } catch {
      this.lose();
      return 0;
    }
  }

  private lose(): void {
    this.close();
    this.lostAt = this.now();
    // The next one gets the name of the place where there is room again.
    if (this.segments.at(-1) !== this.position) return;
    this.segments.pop();
    rmSync(path.join(this.dir, segmentName(this.position)), { force: true });
  }

  private openSegment(): void {
    this.close();
    try {
      this.fd = openSync(path.join(this.dir, segmentName(this.position)), 'w', 0o600);
    } catch {
      this.lostAt = this.now();
      return;
    }
    this.fileEnd = this.position + this.bounds.segment;
    this.segments.push(this.position);
    const keepFrom = this.position - this.bounds.tail;
    const dropped = this.segments.filter((start) => start + this.bounds.segment <= keepFrom);
    for (const start of dropped) rmSync(path.join(this.dir, segmentName(start)), { force: true });
    this.segments = this.segments.slice(dropped.length);
  }
}

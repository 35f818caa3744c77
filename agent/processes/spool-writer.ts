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

/**
 * Keeps the first `head` bytes and at least the last `tail` of everything written: plain files that only grow,
 * named by position, the oldest removed. Nothing is buffered here, so a killed writer loses nothing.
 */
export class SpoolWriter {
  private readonly dir: string;
  private readonly bounds: SpoolBounds;
  private segments: number[] = [];
  /** Null: the segment could not be made. */
  private fd: number | null;
  private fileEnd: number;
  private position = 0;
  private failed = false;

  constructor(dir: string, bounds: SpoolBounds = spoolBounds) {
    this.dir = dir;
    this.bounds = bounds;
    this.fd = openSync(path.join(dir, 'head'), 'w', 0o600);
    this.fileEnd = bounds.head;
    for (const start of segmentStarts(readdirSync(dir))) rmSync(path.join(dir, segmentName(start)));
  }

  /** Synchronous on purpose: a writer slower than the command slows the command, and memory stays flat. */
  write(chunk: Uint8Array): void {
    let at = 0;
    while (at < chunk.length) {
      if (this.position === this.fileEnd) this.nextSegment();
      const length = Math.min(chunk.length - at, this.fileEnd - this.position);
      const written = this.put(chunk, at, length);
      at += written;
      this.position += written;
    }
  }

  close(): void {
    if (this.fd !== null) closeSync(this.fd);
    this.fd = null;
  }

  /** A full disk must not stop the command: its output is then lost, and the hole says so. */
  private put(chunk: Uint8Array, at: number, length: number): number {
    if (this.failed || this.fd === null) return length;
    try {
      return writeSync(this.fd, chunk, at, length);
    } catch {
      this.failed = true;
      return length;
    }
  }

  private nextSegment(): void {
    this.close();
    try {
      this.fd = openSync(path.join(this.dir, segmentName(this.position)), 'w', 0o600);
    } catch {
      // `put` skips it.
    }
    this.fileEnd = this.position + this.bounds.segment;
    this.segments.push(this.position);
    this.failed = false;
    const keepFrom = this.position - this.bounds.tail;
    const dropped = this.segments.filter((start) => start + this.bounds.segment <= keepFrom);
    for (const start of dropped) rmSync(path.join(this.dir, segmentName(start)), { force: true });
    this.segments = this.segments.slice(dropped.length);
  }
}

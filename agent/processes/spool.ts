import { open, readdir, stat } from 'node:fs/promises';
import path from 'node:path';
import { limits } from '../base/limits.ts';
import { errorCode } from '../base/refusal.ts';
import { type HeadTail, headTailText } from './head-tail-text.ts';
import { segmentName, segmentStarts } from './spool-files.ts';

interface Piece {
  readonly file: string;
  readonly start: number;
  readonly end: number;
}

/** `start` is the position of the first byte of `data` in everything that the process wrote. */
export interface SpoolRead {
  readonly data: Buffer;
  readonly start: number;
}

/** How many bytes the process has written, those that were dropped included; `written` is what its exit says. */
export async function spoolTotal(dir: string, written = 0): Promise<number> {
  return Math.max((await pieces(dir)).at(-1)?.end ?? 0, written);
}

/** The time of a directory is coarse: now and then all of it is looked at. */
const LOOK_ALL_MS = 2_000;

/** How far the spool has come, asked again and again: a look at the directory's time and at the last file's size. */
export class SpoolEnd {
  private readonly dir: string;
  private known: { readonly last: Piece; readonly dirTime: number; readonly at: number } | null = null;

  constructor(dir: string) {
    this.dir = dir;
  }

  async loadTotal(): Promise<number> {
    const { known } = this;
    const dirTime = (await stat(this.dir).catch(() => null))?.mtimeMs ?? 0;
    if (known?.dirTime === dirTime && Date.now() - known.at < LOOK_ALL_MS) {
      const file = await stat(known.last.file).catch(() => null);
      if (file) return known.last.start + file.size;
    }
    const last = (await pieces(this.dir)).at(-1);
    this.known = last ? { last, dirTime, at: Date.now() } : null;
    return last?.end ?? 0;
  }
}

/**
 * At most `length` bytes from position `after` on; bytes that were dropped are skipped, and one answer never
 * spans a hole. The writer may remove a file between our look and our read: then we look again.
 */
export async function readSpool(dir: string, after: number, length: number): Promise<SpoolRead> {
  for (;;) {
    const found = await pieces(dir);
    const end = found.at(-1)?.end ?? 0;
    const parts: Buffer[] = [];
    let start = Math.min(after, end);
    let next = start;
    let vanished = false;
    for (const piece of found) {
      if (piece.end <= next) continue;
      if (parts.length > 0 && piece.start > next) break;
      if (parts.length === 0 && piece.start > next) start = next = piece.start;
      const want = Math.min(piece.end - next, length - (next - start));
      if (want <= 0) break;
      const data = await readPiece(piece, next, want);
      if (data === null) {
        vanished = true;
        break;
      }
      parts.push(data);
      next += data.length;
      if (data.length < want) break;
    }
    if (!vanished || parts.length > 0) return { data: Buffer.concat(parts), start };
  }
}

/** The text of CHATD 9.11. */
export async function readHeadTail(dir: string, written = 0): Promise<HeadTail> {
  const head = await readSpool(dir, 0, limits.headTail);
  const total = await spoolTotal(dir, written);
  const from = Math.max(head.data.length, total - limits.headTail);
  return headTailText({ head: head.data, tail: await readEnd(dir, from, total), total });
}

/** What stands before `total`, from `from` or from the last hole after it on. */
async function readEnd(dir: string, from: number, total: number): Promise<Buffer> {
  let data: Buffer = Buffer.alloc(0);
  for (let at = from; at < total; ) {
    const read = await readSpool(dir, at, total - at);
    if (read.data.length === 0) break;
    data = read.data;
    at = read.start + data.length;
  }
  return data;
}

async function pieces(dir: string): Promise<readonly Piece[]> {
  const names = await readdir(dir).catch(() => [] as string[]);
  const starts = segmentStarts(names);
  const files = [
    ...(names.includes('head') ? [{ file: path.join(dir, 'head'), start: 0 }] : []),
    ...starts.map((start) => ({ file: path.join(dir, segmentName(start)), start })),
  ];
  const found: Piece[] = [];
  for (const { file, start } of files) {
    const size = await stat(file).then(
      (at) => at.size,
      () => null,
    );
    if (size !== null) found.push({ file, start, end: start + size });
  }
  return found;
}

/** Null: the file is gone. */
async function readPiece(piece: Piece, from: number, length: number): Promise<Buffer | null> {
  try {
    const file = await open(piece.file, 'r');
    try {
      const buffer = Buffer.allocUnsafe(length);
      const { bytesRead } = await file.read(buffer, 0, length, from - piece.start);
      return buffer.subarray(0, bytesRead);
    } finally {
      await file.close();
    }
  } catch (error) {
    if (errorCode(error) === 'ENOENT') return null;
    throw error;
  }
}

import {
  closeSync,
  fstatSync,
  openSync,
  readdirSync,
  readSync,
  rmSync,
  type Stats,
  statSync,
} from 'node:fs';
import path from 'node:path';
import { decodeRecords, type JournalRecord } from './journal-records.ts';

/** The journals beside one's own: of other versions that may still be writing, and of days gone by. */
export class OtherJournals {
  private readonly dir: string;
  private readonly own: string;
  /** How far each has been read; it may get another name, so it goes by what stays the same. */
  private read = new Map<string, number>();

  constructor(dir: string, own: string) {
    this.dir = dir;
    this.own = own;
  }

  /** Whole records that were not there the last time. Files that nobody wrote to since `oldest` are removed. */
  readNew(oldest: number): readonly JournalRecord[] {
    const records: JournalRecord[] = [];
    const read = new Map<string, number>();
    for (const { file, stat } of this.files()) {
      const id = `${stat.dev}:${stat.ino}:${stat.birthtimeMs}`;
      const known = this.read.get(id) ?? 0;
      // Shorter than before: it was torn, and has been repaired since.
      const from = known > stat.size ? 0 : known;
      if (from === 0 && stat.mtimeMs < oldest) {
        rmSync(file, { force: true });
        continue;
      }
      const found = stat.size > from ? readFrom(file, from) : null;
      if (found) records.push(...found.records);
      read.set(id, from + (found?.end ?? 0));
    }
    this.read = read;
    return records;
  }

  removeOld(oldest: number): void {
    for (const { file, stat } of this.files()) if (stat.mtimeMs < oldest) rmSync(file, { force: true });
  }

  private files(): readonly { readonly file: string; readonly stat: Stats }[] {
    return readdirSync(this.dir).flatMap((name) => {
      if (!name.endsWith('.log') || name === this.own) return [];
      const file = path.join(this.dir, name);
      const stat = statSync(file, { throwIfNoEntry: false });
      return stat ? [{ file, stat }] : [];
    });
  }
}

function readFrom(file: string, from: number): ReturnType<typeof decodeRecords> {
  const fd = openSync(file, 'r');
  try {
    const buffer = Buffer.alloc(Math.max(0, fstatSync(fd).size - from));
    return decodeRecords(buffer.subarray(0, readSync(fd, buffer, 0, buffer.length, from)));
  } finally {
    closeSync(fd);
  }
}

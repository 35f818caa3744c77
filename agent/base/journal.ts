import {
  closeSync,
  constants,
  fdatasync,
  fstatSync,
  fsyncSync,
  ftruncateSync,
  openSync,
  readdirSync,
  readFileSync,
  readSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
  writeSync,
} from 'node:fs';
import path from 'node:path';
import { promisify } from 'node:util';
import {
  decodeRecords,
  encodeRecord,
  type FileChange,
  type Intent,
  type JournalRecord,
} from './journal-records.ts';
import { limits } from './limits.ts';
import { syncDirectory } from './sync-directory.ts';

export type { FileChange } from './journal-records.ts';

const sync = promisify(fdatasync);

/** What is known of a key. `answer` null: a call began and how it went must be found out. */
export interface Entry {
  readonly intent: Intent;
  readonly answer: { readonly status: number; readonly body: unknown } | null;
}

interface Waiting {
  readonly record: JournalRecord;
  readonly done: (error: Error | null) => void;
}

/**
 * The idempotency journal (WORKSPACES). Append-only, one file per agent version and host, this object its only
 * writer; the files of other versions are read. An append resolves when it is on the disk; appends that come
 * within `limits.syncWindowMs` share one sync.
 */
export class Journal {
  private readonly dir: string;
  private readonly name: string;
  private readonly fd: number;
  private size: number;
  private readonly entries = new Map<string, Entry>();
  /** How far each file of another version has been read. */
  private readonly foreign = new Map<string, number>();
  private waiting: Waiting[] = [];
  private writing: Promise<void> | null = null;

  constructor(dir: string, name: string) {
    this.dir = dir;
    this.name = `${name}.log`;
    const file = path.join(dir, this.name);
    dropOld(file);
    this.fd = openSync(file, constants.O_RDWR | constants.O_CREAT | constants.O_APPEND, 0o600);
    // Its name first: records in a file that a power cut leaves without one are in none.
    syncDirectory(dir);
    const { records, end } = decodeRecords(readFileSync(file));
    // A torn record was never promised to anyone: its bytes must not stand before the next one.
    if (end < fstatSync(this.fd).size) ftruncateSync(this.fd, end);
    this.size = end;
    for (const record of records) this.learn(record);
    this.readForeign();
  }

  find(key: string): Entry | null {
    const known = this.entries.get(key);
    if (known?.answer) return known;
    this.readForeign();
    return this.entries.get(key) ?? null;
  }

  intend(key: string, hash: string, files: readonly FileChange[]): Promise<void> {
    return this.append({ type: 'intent', key, hash, at: Date.now(), files });
  }

  settle(key: string, status: number, body: unknown): Promise<void> {
    return this.append({ type: 'outcome', key, at: Date.now(), status, body });
  }

  async close(): Promise<void> {
    while (this.writing) await this.writing;
    closeSync(this.fd);
  }

  private append(record: JournalRecord): Promise<void> {
    return new Promise((resolve, reject) => {
      this.waiting.push({ record, done: (error) => (error ? reject(error) : resolve()) });
      this.writing ??= this.flush();
    });
  }

  private async flush(): Promise<void> {
    while (this.waiting.length > 0) {
      await new Promise((resolve) => setTimeout(resolve, limits.syncWindowMs));
      const batch = this.waiting;
      this.waiting = [];
      const error = await this.write(batch.map(({ record }) => encodeRecord(record)).join(''));
      if (!error) for (const { record } of batch) this.learn(record);
      for (const { done } of batch) done(error);
    }
    this.writing = null;
  }

  private async write(text: string): Promise<Error | null> {
    const bytes = Buffer.from(text);
    try {
      let at = 0;
      while (at < bytes.length) at += writeSync(this.fd, bytes, at, bytes.length - at);
      await sync(this.fd);
      this.size += bytes.length;
      return null;
    } catch (error) {
      // Half a record (the disk is full) would hide all that follow.
      ftruncateSync(this.fd, this.size);
      return error instanceof Error ? error : new Error(String(error));
    }
  }

  private learn(record: JournalRecord): void {
    const known = this.entries.get(record.key);
    if (record.type === 'intent') {
      this.entries.set(record.key, { intent: record, answer: known?.answer ?? null });
    } else if (known) {
      this.entries.set(record.key, { ...known, answer: { status: record.status, body: record.body } });
    }
  }

  private readForeign(): void {
    for (const name of readdirSync(this.dir)) {
      if (!name.endsWith('.log') || name === this.name) continue;
      const file = path.join(this.dir, name);
      const stat = statSync(file, { throwIfNoEntry: false });
      const from = this.foreign.get(name) ?? 0;
      if (!stat || stat.size <= from) continue;
      if (from === 0 && stat.mtimeMs < Date.now() - limits.keepMs) {
        rmSync(file, { force: true });
        continue;
      }
      const { records, end } = decodeRecords(readFrom(file, from));
      for (const record of records) this.learn(record);
      this.foreign.set(name, from + end);
    }
  }
}

function readFrom(file: string, from: number): Buffer {
  const fd = openSync(file, 'r');
  try {
    const buffer = Buffer.alloc(Math.max(0, fstatSync(fd).size - from));
    return buffer.subarray(0, readSync(fd, buffer, 0, buffer.length, from));
  } finally {
    closeSync(fd);
  }
}

/** Rewrites the file without the records that are older than `limits.keepMs`, if there are any. */
function dropOld(file: string): void {
  const bytes = statSync(file, { throwIfNoEntry: false }) ? readFileSync(file) : Buffer.alloc(0);
  const { records } = decodeRecords(bytes);
  const oldest = Date.now() - limits.keepMs;
  const kept = records.filter((record) => record.at >= oldest);
  if (kept.length === records.length) return;
  const temporary = `${file}.new`;
  const fd = openSync(temporary, 'w', 0o600);
  writeFileSync(fd, kept.map(encodeRecord).join(''));
  fsyncSync(fd);
  closeSync(fd);
  renameSync(temporary, file);
}

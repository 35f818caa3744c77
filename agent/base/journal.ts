import {
  closeSync,
  constants,
  fdatasync,
  fstatSync,
  fsyncSync,
  ftruncateSync,
  openSync,
  readFileSync,
  renameSync,
  statSync,
  writeFileSync,
  writeSync,
} from 'node:fs';
import path from 'node:path';
import { promisify } from 'node:util';
import { openJournalId } from './journal-id.ts';
import { OtherJournals } from './journal-others.ts';
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
const DAY_MS = 24 * 3_600_000;

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
 * within `limits.syncWindowMs` share one sync. What was written a day ago is laid aside, and with it goes, from the disk
 * and from memory, what is older than `limits.keepMs`.
 */
export class Journal {
  readonly id: string;
  private readonly dir: string;
  private readonly name: string;
  private readonly now: () => number;
  private readonly others: OtherJournals;
  private readonly entries = new Map<string, Entry>();
  private fd: number;
  private size: number;
  private begunAt: number;
  private waiting: Waiting[] = [];
  private writing: Promise<void> | null = null;

  constructor(dir: string, name: string, now: () => number = Date.now) {
    this.dir = dir;
    this.name = name;
    this.now = now;
    this.id = openJournalId(dir);
    this.others = new OtherJournals(dir, `${name}.log`);
    dropOld(this.file, now());
    this.fd = openJournal(this.file);
    const { records, end } = decodeRecords(readFileSync(this.file));
    // A torn record was never promised to anyone: its bytes must not stand before the next one.
    if (end < fstatSync(this.fd).size) ftruncateSync(this.fd, end);
    this.size = end;
    this.begunAt = records[0]?.at ?? now();
    for (const record of records) this.learn(record);
    this.learnFromOthers();
  }

  find(key: string): Entry | null {
    const known = this.entries.get(key);
    if (known?.answer) return known;
    this.learnFromOthers();
    return this.entries.get(key) ?? null;
  }

  intend(key: string, hash: string, files: readonly FileChange[]): Promise<void> {
    return this.append({ type: 'intent', key, hash, at: this.now(), files });
  }

  settle(key: string, status: number, body: unknown): Promise<void> {
    return this.append({ type: 'outcome', key, at: this.now(), status, body });
  }

  async close(): Promise<void> {
    while (this.writing) await this.writing;
    closeSync(this.fd);
  }

  private get file(): string {
    return path.join(this.dir, `${this.name}.log`);
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
      this.layAside();
      // Half a record (the disk was full) would hide all that follow.
      if (fstatSync(this.fd).size > this.size) ftruncateSync(this.fd, this.size);
      let at = 0;
      while (at < bytes.length) at += writeSync(this.fd, bytes, at, bytes.length - at);
      await sync(this.fd);
      this.size += bytes.length;
      return null;
    } catch (error) {
      this.takeBack();
      return error instanceof Error ? error : new Error(String(error));
    }
  }

  /** When that fails too, the next write does it first, and so does who opens the file next. */
  private takeBack(): void {
    try {
      ftruncateSync(this.fd, this.size);
    } catch {
      // As said above.
    }
  }

  /** The file of a day gets a name of its own, under which all agents read it as one of the others. */
  private layAside(): void {
    // Another agent takes a file that was not written to for long for one of a dead one.
    const isGone = fstatSync(this.fd).nlink === 0;
    const isOld = this.size > 0 && this.now() - this.begunAt > DAY_MS;
    if (!isGone && !isOld) return;
    if (!isGone) renameSync(this.file, path.join(this.dir, `${this.name}-${this.begunAt}.log`));
    const old = this.fd;
    this.fd = openJournal(this.file);
    closeSync(old);
    this.size = fstatSync(this.fd).size;
    this.begunAt = this.now();
    const oldest = this.now() - limits.keepMs;
    for (const [key, { intent }] of this.entries) if (intent.at < oldest) this.entries.delete(key);
    this.others.removeOld(oldest);
  }

  private learn(record: JournalRecord): void {
    const known = this.entries.get(record.key);
    if (record.type === 'intent') {
      this.entries.set(record.key, { intent: record, answer: known?.answer ?? null });
    } else if (known) {
      this.entries.set(record.key, { ...known, answer: { status: record.status, body: record.body } });
    }
  }

  private learnFromOthers(): void {
    for (const record of this.others.readNew(this.now() - limits.keepMs)) this.learn(record);
  }
}

function openJournal(file: string): number {
  const fd = openSync(file, constants.O_RDWR | constants.O_CREAT | constants.O_APPEND, 0o600);
  // Its name first: records in a file that a power cut leaves without one are in none.
  syncDirectory(path.dirname(file));
  return fd;
}

/** Rewrites the file without the records that are older than `limits.keepMs`, if there are any. */
function dropOld(file: string, now: number): void {
  const bytes = statSync(file, { throwIfNoEntry: false }) ? readFileSync(file) : Buffer.alloc(0);
  const { records } = decodeRecords(bytes);
  const kept = records.filter((record) => record.at >= now - limits.keepMs);
  if (kept.length === records.length) return;
  const temporary = `${file}.new`;
  const fd = openSync(temporary, 'w', 0o600);
  writeFileSync(fd, kept.map(encodeRecord).join(''));
  fsyncSync(fd);
  closeSync(fd);
  renameSync(temporary, file);
}

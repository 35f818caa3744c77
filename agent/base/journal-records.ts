import { createHash } from 'node:crypto';

/** A file before and after a call, as hashes. Null: there is no file. */
export interface FileChange {
  readonly path: string;
  readonly before: string | null;
  readonly after: string;
}

export interface Intent {
  readonly type: 'intent';
  readonly key: string;
  /** Of the whole request: the same key with another one is a mistake of the caller. */
  readonly hash: string;
  readonly at: number;
  readonly files: readonly FileChange[];
}

export interface Outcome {
  readonly type: 'outcome';
  readonly key: string;
  readonly at: number;
  readonly status: number;
  readonly body: unknown;
}

export type JournalRecord = Intent | Outcome;

/** `<check> <json>\n` */
export function encodeRecord(record: JournalRecord): string {
  const json = JSON.stringify(record);
  return `${check(json)} ${json}\n`;
}

/**
 * The whole records at the beginning of `bytes` and where they end: what follows is torn. A whole record of a kind that
 * only another version knows is passed over.
 */
export function decodeRecords(bytes: Buffer): { records: readonly JournalRecord[]; end: number } {
  const records: JournalRecord[] = [];
  let end = 0;
  for (;;) {
    const newline = bytes.indexOf(0x0a, end);
    if (newline === -1) return { records, end };
    const value = decodeLine(bytes.subarray(end, newline).toString('utf8'));
    if (value === TORN) return { records, end };
    if (isRecord(value)) records.push(value);
    end = newline + 1;
  }
}

const TORN = Symbol('torn');

function decodeLine(line: string): unknown {
  const json = line.slice(9);
  if (line[8] !== ' ' || check(json) !== line.slice(0, 8)) return TORN;
  return JSON.parse(json) as unknown;
}

function isRecord(value: unknown): value is JournalRecord {
  if (typeof value !== 'object' || value === null) return false;
  const record: Partial<Record<keyof Intent | keyof Outcome, unknown>> = value;
  if (typeof record.key !== 'string' || typeof record.at !== 'number') return false;
  if (record.type === 'intent') return typeof record.hash === 'string' && Array.isArray(record.files);
  return record.type === 'outcome' && typeof record.status === 'number';
}

function check(json: string): string {
  return createHash('sha256').update(json).digest('hex').slice(0, 8);
}

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

/** The whole records at the beginning of `bytes` and where they end: what follows is torn. */
export function decodeRecords(bytes: Buffer): { records: readonly JournalRecord[]; end: number } {
  const records: JournalRecord[] = [];
  let end = 0;
  for (;;) {
    const newline = bytes.indexOf(0x0a, end);
    if (newline === -1) return { records, end };
    const record = decodeLine(bytes.subarray(end, newline).toString('utf8'));
    if (!record) return { records, end };
    records.push(record);
    end = newline + 1;
  }
}

function decodeLine(line: string): JournalRecord | null {
  const json = line.slice(9);
  return line[8] === ' ' && check(json) === line.slice(0, 8) ? (JSON.parse(json) as JournalRecord) : null;
}

function check(json: string): string {
  return createHash('sha256').update(json).digest('hex').slice(0, 8);
}

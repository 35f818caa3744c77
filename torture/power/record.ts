import fs from 'node:fs';

type Descriptor = string | number;

/** One line of the record, as `recorder.mjs` writes it. */
export type Entry =
  | { readonly op: 'create' | 'mkdir' | 'unlink'; readonly path: string }
  | { readonly op: 'open' | 'open-directory'; readonly fd: Descriptor; readonly path: string }
  | { readonly op: 'close' | 'sync-begins' | 'sync-ends'; readonly fd: Descriptor }
  | { readonly op: 'write'; readonly fd: Descriptor; readonly at: number }
  | {
      readonly op: 'truncate';
      readonly fd?: Descriptor;
      readonly path?: string;
      readonly length: number;
    }
  | { readonly op: 'link'; readonly from: string; readonly to: string }
  | { readonly op: 'rename'; readonly from: string | null; readonly to: string | null }
  | { readonly op: 'answer'; readonly id: number }
  /** A process began: what was open before is not. */
  | { readonly op: 'begins' };

export interface Recorded {
  readonly entry: Entry;
  readonly data: Buffer;
}

/** The whole record; a last entry that a kill has cut is left out. */
export function readRecord(file: string): readonly Recorded[] {
  const bytes = fs.readFileSync(file);
  const entries: Recorded[] = [];
  for (let at = 0; at + 8 <= bytes.length; ) {
    const [head, data] = [bytes.readUInt32LE(at), bytes.readUInt32LE(at + 4)];
    const end = at + 8 + head + data;
    if (end > bytes.length) break;
    const entry = JSON.parse(bytes.toString('utf8', at + 8, at + 8 + head)) as Entry;
    entries.push({ entry, data: bytes.subarray(at + 8 + head, end) });
    at = end;
  }
  return entries;
}

/** Adds an entry without data, between the lives of who is recorded. */
export function note(file: string, entry: Entry): void {
  const head = Buffer.from(JSON.stringify(entry));
  const sizes = Buffer.alloc(8);
  sizes.writeUInt32LE(head.length, 0);
  fs.appendFileSync(file, Buffer.concat([sizes, head]));
}

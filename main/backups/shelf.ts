import { readdir, readFile, rename, rm, stat, writeFile } from 'node:fs/promises';
import path from 'node:path';
import type { BackupCopy } from '@shared/contract/backups.ts';
import { z } from 'zod';
import { makeSynced, syncPath } from '../db/sync-files.ts';
import { CHANGED, VERIFIED } from './describe-trouble.ts';
import type { Sealed } from './tasks.ts';

/** What stands beside an archive, as JSON. */
const note = z.object({
  madeAt: z.string(),
  why: z.enum(['daily', 'asked', 'before-restore']),
  chats: z.number(),
  messages: z.number(),
  verifiedAt: z.string().nullable(),
  problem: z.string().nullable(),
  sealed: z
    .object({
      sha256: z.string(),
      // Absent in notes of before.
      bytes: z.number().optional(),
      content: z.object({
        schema: z.number(),
        holding: z.object({
          chats: z.number(),
          messages: z.number(),
          versions: z.number(),
          last: z.number(),
        }),
        tables: z.record(z.string(), z.object({ rows: z.number(), sum: z.string() })),
      }),
    })
    .nullable(),
});
export type Note = z.infer<typeof note>;

export interface Kept extends BackupCopy {
  readonly sealed: Sealed | null;
}

/** As many, and as much of the disk, as copies may take; the newest sound one always stays. */
export const MOST_COPIES = 7;
export const MOST_BYTES = 2 * 1024 ** 3;

const NAME = /^gaffer-[0-9TZ.-]+\.tar\.gz$/;

/** The folder of the copies. */
export interface Shelf {
  readonly directory: string;
  pathOf(name: string): string;
  prepare(): Promise<void>;
  /** What ended before it was done goes. */
  sweep(): Promise<void>;
  list(): Promise<readonly Kept[]>;
  write(name: string, note: Note): Promise<void>;
  /** A verified archive takes its place: with its note, or not at all. */
  put(name: string, note: Note): Promise<void>;
  prune(): Promise<void>;
}

export function openShelf(directory: string): Shelf {
  const pathOf = (name: string) => path.join(directory, name);
  const noteOf = (name: string) => pathOf(`${name}.json`);
  async function read(name: string): Promise<Kept | null> {
    const size = await stat(pathOf(name)).catch(() => null);
    if (!size?.isFile()) return null;
    const text = await readFile(noteOf(name), 'utf8').catch(() => '');
    const known = note.safeParse(parse(text)).data;
    const plain = { madeAt: size.mtime.toISOString(), why: 'asked' as const, chats: 0, messages: 0 };
    const unknown: Note = { ...plain, verifiedAt: null, problem: null, sealed: null };
    const found = known ?? unknown;
    const written = found.sealed?.bytes ?? size.size;
    const problem = written === size.size ? found.problem : (found.problem ?? CHANGED);
    return { name, bytes: size.size, ...found, problem };
  }
  async function list(): Promise<readonly Kept[]> {
    const names = (await readdir(directory).catch(() => [])).filter((name) => NAME.test(name));
    const copies = await Promise.all(names.map(read));
    return copies.filter((copy) => copy !== null).sort((a, b) => b.madeAt.localeCompare(a.madeAt));
  }
  const sweep = () => sweepIn(directory);
  async function write(name: string, written: Note): Promise<void> {
    const next = `${noteOf(name)}.partial`;
    await writeFile(next, `${JSON.stringify(written, null, 2)}\n`, { mode: 0o600 });
    await syncPath(next, 'file');
    await rename(next, noteOf(name));
  }
  return {
    directory,
    pathOf,
    list,
    async prepare() {
      await makeSynced(directory);
      await sweep();
      await removeHalves(directory);
    },
    async put(name, written) {
      const verified = `${pathOf(name)}${VERIFIED}`;
      try {
        await write(name, written);
        await rename(verified, pathOf(name));
        await syncPath(directory, 'directory');
      } catch (error) {
        await rm(verified, { force: true });
        throw error;
      }
    },
    write,
    sweep,
    async prune() {
      for (const { name } of surplus(await list())) {
        await rm(pathOf(name), { force: true });
        await rm(noteOf(name), { force: true });
      }
    },
  };
}

async function sweepIn(directory: string): Promise<void> {
  const left = (await readdir(directory)).filter(
    (name) => name.startsWith('.scratch-') || name.endsWith('.partial'),
  );
  for (const name of left) await rm(path.join(directory, name), { recursive: true, force: true });
}

/** Of a process that ended before a copy had both its name and its note. */
async function removeHalves(directory: string): Promise<void> {
  const names = await readdir(directory);
  const isHalf = (name: string) =>
    name.endsWith(VERIFIED) ||
    (name.endsWith('.gz.json') && !names.includes(name.slice(0, -'.json'.length)));
  for (const name of names.filter(isHalf)) await rm(path.join(directory, name), { force: true });
}

/** Pure. Which copies go: the oldest, beyond the number and the size; never the newest sound one. */
export function surplus(
  copies: readonly Kept[],
  most = { copies: MOST_COPIES, bytes: MOST_BYTES },
): readonly Kept[] {
  const safe = copies.find(({ verifiedAt, problem }) => verifiedAt !== null && problem === null);
  let bytes = safe?.bytes ?? 0;
  let count = safe ? 1 : 0;
  const gone: Kept[] = [];
  for (const copy of copies) {
    if (copy === safe) continue;
    if (count < most.copies && bytes + copy.bytes <= most.bytes) {
      count += 1;
      bytes += copy.bytes;
    } else gone.push(copy);
  }
  return gone;
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}

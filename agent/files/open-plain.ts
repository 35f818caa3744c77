import { constants, type Stats } from 'node:fs';
import { type FileHandle, lstat, open, readdir, readlink, realpath, stat } from 'node:fs/promises';
import path from 'node:path';
import { Refusal, refusalOf } from '../base/refusal.ts';
import { isForbidden } from './forbidden-paths.ts';
import { type FileRules, forbidden } from './paths.ts';

/** A file that is replaced just while it is opened, as editors do, is opened once more. */
const TRIES = 5;
/** Linux: a place in the tree, without the right to read it. */
const O_PATH = 0o10000000;

/**
 * The plain file at a resolved path, opened for reading. Between the look at a path and its opening anything may have
 * been put there: what counts is the file that is open. Never opened: devices, FIFOs and sockets, which would block or do
 * something by being opened.
 */
export async function openPlainFile(resolved: string, rules: FileRules): Promise<FileHandle> {
  await plainFileSize(resolved);
  return opened(resolved, constants.O_RDONLY | constants.O_NONBLOCK | constants.O_NOFOLLOW, rules);
}

/** Throws for what is missing and for what is no plain file. */
export async function plainFileSize(resolved: string): Promise<number> {
  const found = await lstat(resolved).catch((error: unknown) => {
    throw refusalOf(error, resolved);
  });
  refuseUnlessPlain(found, resolved);
  return found.size;
}

function refuseUnlessPlain(found: Stats, subject: string): void {
  if (found.isDirectory()) throw new Refusal(400, 'is-a-directory', `${subject}: is a directory`);
  if (!found.isFile()) throw new Refusal(403, 'forbidden', `${subject}: is not a regular file`);
}

export interface HeldDirectory {
  /** Leads to the directory that is held, whatever stands at its path meanwhile. */
  readonly path: string;
  close(): Promise<void>;
}

/**
 * The directory at a resolved path, held while something is done in it: nobody can put a link to elsewhere in its place.
 * Systems without `/proc` know no such thing; there it is checked only.
 */
export async function holdDirectory(resolved: string, rules: FileRules): Promise<HeldDirectory> {
  if (process.platform !== 'linux') {
    const real = await realpath(resolved).catch((error: unknown) => {
      throw refusalOf(error, resolved);
    });
    if (real !== resolved) throw replaced(resolved);
    return { path: resolved, close: async () => {} };
  }
  const handle = await opened(resolved, O_PATH | constants.O_DIRECTORY | constants.O_NOFOLLOW, rules);
  return { path: `/proc/self/fd/${handle.fd}`, close: () => handle.close() };
}

async function opened(resolved: string, flags: number, rules: FileRules): Promise<FileHandle> {
  for (let tries = 1; ; tries++) {
    const handle = await open(resolved, flags).catch((error: unknown) => {
      throw refusalOf(error, resolved);
    });
    try {
      const found = await handle.stat();
      if (!found.isDirectory()) refuseUnlessPlain(found, resolved);
      const real = await placeOf(handle, found, resolved);
      if (real === resolved) {
        await refuseOwn(real, found, rules);
        return handle;
      }
      if (tries === TRIES) throw replaced(resolved);
    } catch (error) {
      await handle.close();
      throw error;
    }
    await handle.close();
  }
}

/** Where the open file stands now; null: nowhere that could be told. */
async function placeOf(handle: FileHandle, found: Stats, resolved: string): Promise<string | null> {
  if (process.platform === 'linux') return readlink(`/proc/self/fd/${handle.fd}`);
  const real = await realpath(resolved).catch(() => null);
  const there = real === null ? null : await stat(real).catch(() => null);
  return there?.ino === found.ino && there.dev === found.dev ? real : null;
}

async function refuseOwn(real: string, found: Stats, rules: FileRules): Promise<void> {
  const root = await realpath(rules.root).catch(() => rules.root);
  if (isForbidden(real, root)) throw forbidden(real);
  if (found.isFile() && found.nlink > 1 && (await isLinkedSecret(found, rules))) throw forbidden(real);
}

/** Another name of a file that holds a token or a journal. */
async function isLinkedSecret(found: Stats, { run, journal }: FileRules): Promise<boolean> {
  for (const dir of [run, journal]) {
    for (const name of await readdir(dir).catch(() => [] as string[])) {
      const own = await lstat(path.join(dir, name)).catch(() => null);
      if (own?.ino === found.ino && own.dev === found.dev) return true;
    }
  }
  return false;
}

function replaced(subject: string): Refusal {
  return new Refusal(409, 'conflict', `${subject}: something else was put there meanwhile`);
}

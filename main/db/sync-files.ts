import { copyFile, mkdir, open, readdir, rename } from 'node:fs/promises';
import path from 'node:path';

const AT_ONCE = 8;

/** Makes a file's bytes, or a directory's entries, survive a power cut. */
export async function syncPath(target: string, kind: 'file' | 'directory'): Promise<void> {
  // Windows can neither open a directory nor sync a handle that was opened for reading.
  if (kind === 'directory' && process.platform === 'win32') return;
  const handle = await open(target, process.platform === 'win32' ? 'r+' : 'r');
  try {
    await (kind === 'file' ? handle.datasync() : handle.sync());
  } finally {
    await handle.close();
  }
}

/**
 * Makes a directory whose name, and that of its parent, survive a power cut. Also where they are there already:
 * whoever made them may have been stopped before this.
 */
export async function makeSynced(directory: string): Promise<void> {
  await mkdir(directory, { recursive: true, mode: 0o700 });
  const parent = path.dirname(directory);
  await syncPath(parent, 'directory');
  // Whose parent it is, is not ours to say: one that we may not read keeps its entries as it likes.
  await syncPath(path.dirname(parent), 'directory').catch(ignoreDenied);
}

function ignoreDenied(error: NodeJS.ErrnoException): void {
  if (error.code !== 'EACCES' && error.code !== 'EPERM') throw error;
}

/** Everything below a directory and itself: files first, then the directories that name them. */
export async function syncTree(directory: string): Promise<void> {
  const entries = await readdir(directory, { recursive: true, withFileTypes: true });
  const files = entries.filter((entry) => entry.isFile());
  const directories = entries.filter((entry) => entry.isDirectory());
  await syncAll(
    files.map((entry) => path.join(entry.parentPath, entry.name)),
    'file',
  );
  await syncAll(
    [...directories.map((entry) => path.join(entry.parentPath, entry.name)), directory],
    'directory',
  );
}

async function syncAll(targets: readonly string[], kind: 'file' | 'directory'): Promise<void> {
  const rest = [...targets];
  const work = async () => {
    for (let next = rest.pop(); next !== undefined; next = rest.pop()) {
      // The engine may delete a file between the listing and now.
      await syncPath(next, kind).catch(ignoreMissing);
    }
  };
  await Promise.all(Array.from({ length: AT_ONCE }, work));
}

export function ignoreMissing(error: NodeJS.ErrnoException): void {
  if (error.code !== 'ENOENT') throw error;
}

/** A copy that is there whole or not at all, also after a power cut. */
export async function copySynced(from: string, to: string): Promise<void> {
  const partial = `${to}.partial`;
  await copyFile(from, partial);
  await syncPath(partial, 'file');
  await rename(partial, to);
  await syncPath(path.dirname(to), 'directory');
}

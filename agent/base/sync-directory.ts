import { closeSync, fdatasyncSync, fsyncSync, openSync } from 'node:fs';
import { open } from 'node:fs/promises';
import path from 'node:path';
import { errorCode } from './refusal.ts';

/** Makes the names in a directory survive a power cut, where it may be opened and the system can do it. */
export function syncDirectory(dir: string): void {
  try {
    syncNow(dir, fsyncSync);
  } catch (error) {
    if (!CANNOT.has(errorCode(error) ?? '')) throw error;
  }
}

/**
 * Also the names of `last` and of what is above it, up to the one in which `first` was made. The server goes on
 * meanwhile: a disk takes its time for each.
 */
export async function syncDirectories(first: string, last: string): Promise<void> {
  for (let dir = last; ; dir = path.dirname(dir)) {
    await syncInBackground(dir);
    if (dir === path.dirname(first) || dir === path.dirname(dir)) return;
  }
}

async function syncInBackground(dir: string): Promise<void> {
  try {
    const handle = await open(dir, 'r');
    try {
      await handle.sync();
    } finally {
      await handle.close();
    }
  } catch (error) {
    if (!CANNOT.has(errorCode(error) ?? '')) throw error;
  }
}

/** A file's content. */
export function syncFile(file: string): void {
  syncNow(file, fdatasyncSync);
}

/** Of a directory that is not ours, of Windows, and of file systems that know no such thing. */
const CANNOT: ReadonlySet<string> = new Set(['EACCES', 'EPERM', 'EISDIR', 'EINVAL', 'ENOTSUP', 'EBADF']);

function syncNow(target: string, sync: (fd: number) => void): void {
  const fd = openSync(target, 'r');
  try {
    sync(fd);
  } finally {
    closeSync(fd);
  }
}

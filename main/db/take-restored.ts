import { rename, rm } from 'node:fs/promises';
import path from 'node:path';
import { exists } from './archive.ts';
import type { ControlFile } from './checkpoint.ts';
import { ENGINE_MAJOR } from './engine.ts';
import { syncPath } from './sync-files.ts';

/*
 * A restored database is laid beside the one in use, whole and on the disk, and only then marked as ready. Whoever
 * opens next takes it, under the lock: nothing is overwritten, and a kill at any moment leaves either of the two.
 */

export const INCOMING = `${ENGINE_MAJOR}.incoming`;
/** The empty file that says so. */
export const READY = `${ENGINE_MAJOR}.restore`;
const REPLACED = `${ENGINE_MAJOR}.replaced`;

/** Puts a restored database in its place. Answers whether there was one. */
export async function takeRestored(home: string, file: ControlFile): Promise<boolean> {
  const [incoming, ready, replaced] = [INCOMING, READY, REPLACED].map((name) => path.join(home, name)) as [
    string,
    string,
    string,
  ];
  if (!(await exists(ready))) {
    // Laid, and never finished.
    await rm(incoming, { recursive: true, force: true });
    return false;
  }
  if (await exists(incoming)) {
    if (await exists(file.data)) {
      await rm(replaced, { recursive: true, force: true });
      await rename(file.data, replaced);
    }
    // It belongs to the files that have just left.
    await rm(file.aside, { force: true });
    await rename(incoming, file.data);
    await syncPath(home, 'directory');
  }
  await rm(ready);
  await syncPath(home, 'directory');
  return true;
}

/** The restored one is open: what it replaced was copied before and may go. */
export async function forgetReplaced(home: string): Promise<void> {
  await rm(path.join(home, REPLACED), { recursive: true, force: true });
}

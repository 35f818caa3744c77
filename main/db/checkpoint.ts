import { readFile, unlink } from 'node:fs/promises';
import path from 'node:path';
import { exists } from './archive.ts';
import { copySynced, ignoreMissing, syncPath, syncTree } from './sync-files.ts';

/*
 * pg_control names the checkpoint from which recovery starts. Were it on the disk before the pages that the
 * checkpoint wrote, a power cut would lose them without a word. So: its copy is put aside and synced, the
 * engine makes its checkpoint, all files are synced, and only then the copy goes. If the copy is there at
 * opening, recovery starts from the older checkpoint, whose log is still kept (wal_keep_size).
 */

export interface ControlFile {
  readonly data: string;
  readonly control: string;
  readonly aside: string;
}

export function controlOf(data: string): ControlFile {
  return { data, control: path.join(data, 'global', 'pg_control'), aside: `${data}.control` };
}

/** Runs `work`, which moves pg_control, so that a power cut at any moment leaves a set that recovers. */
export async function keepingControl(file: ControlFile, work: () => Promise<void>): Promise<void> {
  // One that a failed checkpoint left behind is older, and still the one that the files on the disk can serve.
  if (!(await exists(file.aside))) await copySynced(file.control, file.aside);
  await work();
  await settleControl(file);
}

/** The files as they are now become the set that counts. */
async function settleControl(file: ControlFile): Promise<void> {
  await syncTree(file.data);
  await syncPath(file.control, 'file');
  await unlink(file.aside);
  await syncPath(path.dirname(file.aside), 'directory');
}

const SHUT_DOWN = 1;
/** Offset of DBState in ControlFileData: after the system identifier and two versions. */
const STATE_AT = 16;

/**
 * Opens through `open`. After anything but a clean end the engine recovers, which makes a checkpoint: that one
 * is ordered like ours.
 */
export async function openRecovering<T>(file: ControlFile, open: () => Promise<T>): Promise<T> {
  const hadCopy = await restoreAside(file);
  // Our own lock says that nobody has it open; a power cut may leave this one empty, and the engine refuses that.
  await unlink(path.join(file.data, 'postmaster.pid')).catch(ignoreMissing);
  const state = (await readFile(file.control)).readInt32LE(STATE_AT);
  if (state === SHUT_DOWN && !hadCopy) {
    const opened = await open();
    // It says now that there is something to recover. Were that lost, all that follows would be, without a word.
    await syncPath(file.control, 'file');
    return opened;
  }
  if (!hadCopy) await copySynced(file.control, file.aside);
  // The log of a process that died may be in the page cache only: no page that recovery writes may be ahead of it.
  await syncTree(path.join(file.data, 'pg_wal'));
  const opened = await open();
  await settleControl(file);
  return opened;
}

/** The copy stays until the recovery from it is on the disk. */
async function restoreAside(file: ControlFile): Promise<boolean> {
  const copy = await readFile(file.aside).catch(ignoreMissing);
  if (!copy) return false;
  await copySynced(file.aside, file.control);
  return true;
}

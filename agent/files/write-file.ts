import { randomBytes } from 'node:crypto';
import { constants } from 'node:fs';
import { access, chown, mkdir, open, rename, rm, stat } from 'node:fs/promises';
import path from 'node:path';
import { failpoint } from '../base/failpoints.ts';
import { hashOfBytes, hashOfFile } from '../base/hash.ts';
import type { FileChange } from '../base/journal.ts';
import { errorCode, Refusal, refusalOf } from '../base/refusal.ts';
import { syncDirectories, syncDirectory } from '../base/sync-directory.ts';
import { type FileRules, regularFileSize, resolvePath } from './paths.ts';

/** A decided change: nothing is written yet. */
export interface PlannedWrite extends FileChange {
  readonly content: Uint8Array;
}

/** Checks everything that can be known before; the path is resolved, so a link is written through. */
export async function planWrite(
  given: string,
  content: Uint8Array,
  rules: FileRules,
): Promise<PlannedWrite> {
  const resolved = await resolvePath(given, rules);
  await refuseUnwritable(resolved);
  const before = await hashOfFile(resolved).catch((error: unknown) => {
    // Not readable but writable is enough for a write.
    if (errorCode(error) === 'EACCES') return 'unreadable';
    throw refusalOf(error, resolved);
  });
  return { path: resolved, content, before, after: hashOfBytes(content) };
}

async function refuseUnwritable(resolved: string): Promise<void> {
  try {
    await regularFileSize(resolved);
    await access(resolved, constants.W_OK);
  } catch (error) {
    const refusal = refusalOf(error, resolved);
    if (refusal.code !== 'not-found') throw refusal;
  }
}

/** Whole or not at all: a temporary file beside it, then a rename. Keeps mode and, where permitted, owner. */
export async function applyWrite(write: PlannedWrite): Promise<void> {
  const dir = path.dirname(write.path);
  const name = Buffer.from(path.basename(write.path))
    .subarray(0, 200)
    .toString('latin1')
    .replaceAll(/[^\w.-]/g, '_');
  const temporary = path.join(dir, `.${name}.tmp.${randomBytes(4).toString('hex')}`);
  try {
    const made = await mkdir(dir, { recursive: true, mode: 0o755 });
    const old = await stat(write.path).catch(() => null);
    const file = await open(temporary, 'wx', 0o644);
    try {
      await file.writeFile(write.content);
      if (old) await file.chmod(old.mode & 0o7777);
      await file.datasync();
    } finally {
      await file.close();
    }
    if (old && old.uid !== process.getuid?.()) await chown(temporary, old.uid, old.gid).catch(() => {});
    await rename(temporary, write.path);
    // The journal will say that it is done: a power cut must not take the new name back.
    if (made === undefined) syncDirectory(dir);
    else syncDirectories(made, dir);
  } catch (error) {
    await rm(temporary, { force: true }).catch(() => {});
    // mkdir says EEXIST where a parent is a file.
    if (errorCode(error) === 'EEXIST')
      throw new Refusal(400, 'not-a-directory', `${dir}: is not a directory`);
    throw refusalOf(error, write.path);
  }
}

/** In order; a crash between two is finished by the repeat of the call. */
export async function applyWrites(writes: readonly PlannedWrite[]): Promise<void> {
  for (const write of writes) {
    await applyWrite(write);
    failpoint('mid-effect');
  }
}

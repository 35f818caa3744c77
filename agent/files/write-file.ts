import { randomBytes } from 'node:crypto';
import { constants, type Stats } from 'node:fs';
import { access, chown, lstat, mkdir, open, rename, rm } from 'node:fs/promises';
import path from 'node:path';
import { failpoint } from '../base/failpoints.ts';
import { hashOfBytes } from '../base/hash.ts';
import type { FileChange } from '../base/journal.ts';
import { limits } from '../base/limits.ts';
import { badRequest, errorCode, refusalOf } from '../base/refusal.ts';
import { syncDirectories } from '../base/sync-directory.ts';
import { stampOf } from './file-stamp.ts';
import { isOfKernel } from './forbidden-paths.ts';
import { holdDirectory, plainFileSize } from './open-plain.ts';
import { type FileRules, forbidden, resolvePath } from './paths.ts';

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
  if (isOfKernel(resolved)) throw forbidden(given);
  await refuseUnwritable(resolved);
  await refuseFarDown(resolved);
  const before = await stampOf(resolved, rules);
  return { path: resolved, content, before, after: hashOfBytes(content) };
}

async function refuseUnwritable(resolved: string): Promise<void> {
  try {
    await plainFileSize(resolved);
    await access(resolved, constants.W_OK);
  } catch (error) {
    const refusal = refusalOf(error, resolved);
    if (refusal.code !== 'not-found') throw refusal;
  }
}

/** Each directory that is made is synced: a thousand of them would take minutes. */
async function refuseFarDown(resolved: string): Promise<void> {
  const missing = await missingDirectories(path.dirname(resolved));
  if (missing.length > limits.newDirectories)
    throw badRequest(`${resolved}: more than ${limits.newDirectories} directories would have to be made`);
}

/** From the top down; one more than may be made is enough to know. */
async function missingDirectories(dir: string): Promise<readonly string[]> {
  const missing: string[] = [];
  for (let at = dir; missing.length <= limits.newDirectories; at = path.dirname(at)) {
    const isThere = await access(at).then(
      () => true,
      (error: unknown) => errorCode(error) !== 'ENOENT',
    );
    if (isThere) break;
    missing.unshift(at);
  }
  return missing;
}

/**
 * One by one: what Node does by itself goes on for ever where the system says of a new directory that there is no place
 * for it. Answers the first that was made.
 */
async function makeDirectories(dir: string): Promise<string | undefined> {
  const missing = await missingDirectories(dir);
  for (const one of missing) {
    await mkdir(one, 0o755).catch((error: unknown) => {
      if (errorCode(error) !== 'EEXIST') throw error;
    });
  }
  return missing[0];
}

/** Whole or not at all: a temporary file beside it, then a rename. Keeps mode and, where permitted, owner. */
async function applyWrite(write: PlannedWrite, rules: FileRules): Promise<void> {
  const dir = path.dirname(write.path);
  try {
    const made = await makeDirectories(dir);
    const held = await holdDirectory(dir, rules);
    try {
      await putInto(held.path, path.basename(write.path), write.content);
    } finally {
      await held.close();
    }
    // The journal will say that it is done: a power cut must not take the new name back.
    await syncDirectories(made ?? path.join(dir, path.basename(write.path)), dir);
  } catch (error) {
    throw refusalOf(error, write.path);
  }
}

async function putInto(dir: string, name: string, content: Uint8Array): Promise<void> {
  const target = path.join(dir, name);
  const temporary = path.join(dir, temporaryName(name));
  try {
    const old = await lstat(target).catch(() => null);
    const file = await open(temporary, 'wx', 0o644);
    try {
      await file.writeFile(content);
      if (old?.isFile()) await file.chmod(old.mode & 0o7777);
      await file.datasync();
    } finally {
      await file.close();
    }
    if (old?.isFile()) await keepOwner(temporary, old);
    await rename(temporary, target);
  } catch (error) {
    await rm(temporary, { force: true }).catch(() => {});
    throw error;
  }
}

async function keepOwner(file: string, old: Stats): Promise<void> {
  if (old.uid !== process.getuid?.()) await chown(file, old.uid, old.gid).catch(() => {});
}

function temporaryName(name: string): string {
  const plain = Buffer.from(name)
    .subarray(0, 200)
    .toString('latin1')
    .replaceAll(/[^\w.-]/g, '_');
  return `.${plain}.tmp.${randomBytes(4).toString('hex')}`;
}

/** In order; a crash between two is finished by the repeat of the call. */
export async function applyWrites(writes: readonly PlannedWrite[], rules: FileRules): Promise<void> {
  for (const write of writes) {
    await applyWrite(write, rules);
    failpoint('mid-effect');
  }
}

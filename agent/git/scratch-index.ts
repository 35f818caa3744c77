import { copyFile, mkdtemp, rm, stat, utimes } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { errorCode } from '../base/refusal.ts';

/**
 * Runs `work` with a copy of a repository's index, which may be changed without anybody seeing it. What the index
 * knows about the files comes along, so that they are not all read again.
 */
export async function withScratchIndex<T>(
  gitDir: string,
  work: (env: { readonly GIT_INDEX_FILE: string }) => Promise<T>,
): Promise<T> {
  const dir = await mkdtemp(path.join(os.tmpdir(), 'gaffer-index-'));
  const copy = path.join(dir, 'index');
  try {
    await copyIndex(path.join(gitDir, 'index'), copy);
    return await work({ GIT_INDEX_FILE: copy });
  } finally {
    await rm(dir, { recursive: true, force: true });
  }
}

async function copyIndex(from: string, to: string): Promise<void> {
  try {
    const { mtimeMs } = await stat(from);
    await copyFile(from, to);
    // By its age git tells which files may have been written to since. Too old is safe, too young is not.
    const before = Math.floor(mtimeMs / 1000) - 1;
    await utimes(to, before, before);
  } catch (error) {
    // Nothing was ever added.
    if (errorCode(error) !== 'ENOENT') throw error;
  }
}

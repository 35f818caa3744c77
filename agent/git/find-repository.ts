import { readFile, realpath, stat } from 'node:fs/promises';
import path from 'node:path';

/** Where a repository lies, found as git finds it, without running anything. */
export interface RepositoryPlace {
  /** The top of the working tree; null: there is none, the repository is bare or the path is inside `.git`. */
  readonly root: string | null;
  /** HEAD and the index of this working tree. */
  readonly gitDir: string;
  /** Refs and objects, which working trees share. */
  readonly commonDir: string;
}

const MAX_POINTER_BYTES = 4_096;

/** Null: the path is in no repository, or does not exist. */
export async function findRepository(given: string): Promise<RepositoryPlace | null> {
  let at = await realpath(given).catch(() => null);
  while (at !== null) {
    const found = await repositoryAt(at);
    if (found) return found;
    const parent = path.dirname(at);
    at = parent === at ? null : parent;
  }
  return null;
}

async function repositoryAt(dir: string): Promise<RepositoryPlace | null> {
  const dotGit = path.join(dir, '.git');
  if (await isGitDir(dotGit)) return placeOf(dir, dotGit);
  // In a worktree or submodule `.git` is a file that points to the real directory.
  const pointer = /^gitdir: (.+)$/m.exec((await readSmall(dotGit)) ?? '')?.[1];
  const pointed = pointer === undefined ? null : path.resolve(dir, pointer.trim());
  if (pointed !== null && (await isGitDir(pointed))) return placeOf(dir, pointed);
  return (await isGitDir(dir)) ? placeOf(null, dir) : null;
}

async function placeOf(root: string | null, gitDir: string): Promise<RepositoryPlace> {
  const common = (await readSmall(path.join(gitDir, 'commondir')))?.trim();
  return { root, gitDir, commonDir: common ? path.resolve(gitDir, common) : gitDir };
}

async function isGitDir(dir: string): Promise<boolean> {
  const head = await readSmall(path.join(dir, 'HEAD'));
  if (head === null || !/^(?:ref: refs\/|[0-9a-f]{40})/.test(head)) return false;
  if ((await readSmall(path.join(dir, 'commondir'))) !== null) return true;
  return (await isDirectory(path.join(dir, 'objects'))) && (await isDirectory(path.join(dir, 'refs')));
}

async function isDirectory(at: string): Promise<boolean> {
  return stat(at).then(
    (found) => found.isDirectory(),
    () => false,
  );
}

/** Null: missing, no plain file, not readable, or too large for what it should be. */
export async function readSmall(file: string): Promise<string | null> {
  try {
    const found = await stat(file);
    return found.isFile() && found.size <= MAX_POINTER_BYTES ? await readFile(file, 'utf8') : null;
  } catch {
    return null;
  }
}

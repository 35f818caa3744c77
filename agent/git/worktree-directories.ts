import { readdir, stat } from 'node:fs/promises';
import path from 'node:path';
import { limits } from '../base/limits.ts';
import { openRepository } from './open-repository.ts';
import { isOwnFile, ownBelow } from './own-files.ts';
import type { Git, GitCall } from './run-git.ts';

interface WorktreeDirectories {
  /** The top first, and those near it. */
  readonly directories: readonly string[];
  /** There are no more. */
  readonly whole: boolean;
}

/** The directories of a working tree in which git looks for changes. Null: there is no working tree. */
export async function worktreeDirectories(
  git: Git,
  given: string,
  signal: AbortSignal,
): Promise<WorktreeDirectories | null> {
  const repository = await openRepository(git.run, given, signal);
  if (repository.kind !== 'repository') return null;
  const { root } = repository;
  const call: GitCall = { cwd: root, signal, maxBytes: limits.gitNames };
  const [files, untracked] = await Promise.all([
    namesFrom(git, ['--cached', '--others'], call),
    namesFrom(git, ['--others', '--directory'], call),
  ]);
  const below = new Set(files.names.flatMap((name) => parentsOf(name)));
  const fresh = untracked.names.filter((name) => name.endsWith('/')).map((name) => name.slice(0, -1));
  for (const name of await withoutIgnored(git, await walked(root, fresh), call)) below.add(name);
  const own = ownBelow(git.own, root);
  const sorted = [...below].filter((name) => !isOwnFile(name, own)).toSorted(nearFirst);
  const most = sorted.slice(0, limits.watchedWorktreeDirectories);
  const directories = await present([root, ...most.map((name) => path.join(root, name))]);
  return { directories, whole: files.whole && untracked.whole && most.length === sorted.length };
}

async function namesFrom({ run }: Git, which: readonly string[], call: GitCall) {
  const result = await run(['ls-files', '-z', '--exclude-standard', ...which], call);
  if (result === 'no-git') return { names: [], whole: true };
  const names = result.stdout.toString('utf8').split('\0');
  // What stands behind the last NUL is no whole name.
  return { names: names.slice(0, -1), whole: result.code === 0 };
}

function parentsOf(name: string): readonly string[] {
  const parts = name.split('/').slice(0, -1);
  return parts.map((_part, at) => parts.slice(0, at + 1).join('/'));
}

/** Directories in which nothing is tracked yet, with what is below them: git does not name the empty ones. */
async function walked(root: string, names: readonly string[]): Promise<readonly string[]> {
  const found = [...names];
  for (let at = 0; at < found.length && found.length < limits.watchedWorktreeDirectories; at++) {
    const name = found[at] ?? '';
    const entries = await readdir(path.join(root, name), { withFileTypes: true }).catch(() => []);
    // A repository inside is no part of this one.
    if (entries.some((entry) => entry.name === '.git')) continue;
    for (const entry of entries) if (entry.isDirectory()) found.push(`${name}/${entry.name}`);
  }
  return found;
}

async function withoutIgnored(
  { run }: Git,
  names: readonly string[],
  call: GitCall,
): Promise<readonly string[]> {
  if (names.length === 0) return [];
  const input = names.map((name) => `./${name}\0`).join('');
  const env = { GIT_LITERAL_PATHSPECS: '0' };
  const result = await run(['check-ignore', '-z', '--stdin'], { ...call, input, env });
  if (result === 'no-git') return [];
  const ignored = new Set(result.stdout.toString('utf8').split('\0'));
  return names.filter((name) => !ignored.has(`./${name}`));
}

const depthOf = (name: string) => name.split('/').length;
function nearFirst(a: string, b: string): number {
  return depthOf(a) - depthOf(b) || (a < b ? -1 : 1);
}

/** Git also names what is gone; a watch would look for it again and again. */
async function present(directories: readonly string[]): Promise<readonly string[]> {
  const found = await Promise.all(
    directories.map((at) =>
      stat(at).then(
        (one) => one.isDirectory(),
        () => false,
      ),
    ),
  );
  return directories.filter((_at, i) => found[i]);
}

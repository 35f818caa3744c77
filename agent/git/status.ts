import { access } from 'node:fs/promises';
import path from 'node:path';
import type { GitOperation, GitStatusResponse } from '@shared/agent-protocol/git.ts';
import { limits } from '../base/limits.ts';
import { withoutFilters } from './filters.ts';
import { failed, openRepository } from './open-repository.ts';
import { isOwnFile, ownBelow } from './own-files.ts';
import { parseStatus } from './parse-status.ts';
import type { Git } from './run-git.ts';

const ASKED = [
  'status',
  '--porcelain=v2',
  '--branch',
  '-z',
  '--untracked-files=all',
  '--find-renames',
  // Looking into a submodule would follow the configuration that it brings.
  '--ignore-submodules=dirty',
];

export async function gitStatus(
  git: Git,
  directory: string,
  signal: AbortSignal,
): Promise<GitStatusResponse> {
  const repository = await openRepository(git.run, directory, signal);
  if (repository.kind !== 'repository') return repository;
  const { root, gitDir } = repository;
  const own = ownBelow(git.own, root);
  const run = await withoutFilters(git.run, repository, signal);
  const result = await run(ASKED, { cwd: root, signal });
  if (result === 'no-git') return { kind: 'no-git' };
  if (result.code !== 0 && result.code !== null) throw failed(result);
  const parsed = parseStatus(result.stdout.toString('utf8'));
  const all = parsed.files.filter((file) => !isOwnFile(file.path, own));
  const files = all.slice(0, limits.gitFiles);
  return {
    kind: 'status',
    root,
    ...parsed,
    operation: await operationIn(gitDir),
    files,
    truncated: result.code === null || files.length < all.length,
  };
}

const MARKS: readonly (readonly [file: string, operation: GitOperation])[] = [
  ['rebase-merge', 'rebase'],
  ['rebase-apply', 'rebase'],
  ['MERGE_HEAD', 'merge'],
  ['CHERRY_PICK_HEAD', 'cherry-pick'],
  ['REVERT_HEAD', 'revert'],
  ['BISECT_LOG', 'bisect'],
];

async function operationIn(gitDir: string): Promise<GitOperation | null> {
  for (const [file, operation] of MARKS) {
    const isThere = await access(path.join(gitDir, file)).then(
      () => true,
      () => false,
    );
    if (isThere) return operation;
  }
  return null;
}

import type { GitHeadResponse } from '@shared/agent-protocol/git.ts';
import { countDiff } from './count-diff.ts';
import { gitDiff } from './diff.ts';
import { openRepository, type Repository } from './open-repository.ts';
import { refsOf } from './refs.ts';
import type { Git, RunGit } from './run-git.ts';

/** What is checked out, and how much it differs from where its branch began. */
export async function gitHead(git: Git, directory: string, signal: AbortSignal): Promise<GitHeadResponse> {
  const repository = await openRepository(git.run, directory, signal);
  if (repository.kind !== 'repository') return repository;
  const { branch, origin } = await refsOf(git.run, repository.root, signal);
  const base = await defaultBranch(git.run, repository, signal);
  const since = base === null ? {} : { base, merge_base: true };
  const query = { path: repository.root, context: 0 };
  const first = await gitDiff(git, { ...query, ...since }, signal);
  // Histories with nothing in common: what the working tree differs in is all that can be said.
  const diff = first.kind === 'unknown-base' ? await gitDiff(git, query, signal) : first;
  if (diff.kind !== 'diff') return { kind: 'none' };
  return { kind: 'head', root: repository.root, branch, origin, base, ...countDiff(diff.diff) };
}

/** The branch that others start from; null: there is none that we would know. */
async function defaultBranch(
  run: RunGit,
  { root }: Repository,
  signal: AbortSignal,
): Promise<string | null> {
  const answerOf = async (args: readonly string[]) => {
    const result = await run(args, { cwd: root, signal });
    return result !== 'no-git' && result.code === 0 ? result.stdout.toString('utf8').trim() : null;
  };
  const named = await answerOf(['symbolic-ref', '--quiet', 'refs/remotes/origin/HEAD']);
  const likely = [
    'refs/remotes/origin/main',
    'refs/remotes/origin/master',
    'refs/heads/main',
    'refs/heads/master',
  ];
  for (const name of named === null ? likely : [named, ...likely])
    if ((await answerOf(['rev-parse', '--verify', '--quiet', `${name}^{commit}`])) !== null) return name;
  return null;
}

import path from 'node:path';
import type { GitDiffQuery, GitDiffResponse } from '@shared/agent-protocol/git.ts';
import { limits } from '../base/limits.ts';
import { badRequest } from '../base/refusal.ts';
import { changedNames } from './file-names.ts';
import { withoutFilters } from './filters.ts';
import { failed, openRepository, type Repository } from './open-repository.ts';
import { ownBelow } from './own-files.ts';
import type { Git, GitCall, RunGit } from './run-git.ts';
import { withScratchIndex } from './scratch-index.ts';

const PRINTED = [
  '--no-color',
  '--no-ext-diff',
  '--no-textconv',
  '--find-renames',
  '--submodule=short',
  '--ignore-submodules=dirty',
  '--src-prefix=a/',
  '--dst-prefix=b/',
];

export async function gitDiff(
  git: Git,
  query: GitDiffQuery,
  signal: AbortSignal,
): Promise<GitDiffResponse> {
  const { path: directory, files = [], context = 3 } = query;
  checkBase(query.base);
  checkFiles(files);
  const repository = await openRepository(git.run, directory, signal);
  if (repository.kind !== 'repository') return repository;
  const { root, gitDir } = repository;
  const base = await baseOf(git.run, repository, query, signal);
  if (base === null) return { kind: 'unknown-base' };
  const own = ownBelow(git.own, root);
  const run = await withoutFilters(git.run, repository, signal);
  return withScratchIndex(gitDir, async (env) => {
    const call: GitCall = { cwd: root, signal, env };
    await announce(run, own, call);
    const summary = query.summary ? ['--raw', '--numstat', '--patch'] : [];
    const printed = [...PRINTED, ...summary, `--unified=${context}`, base];
    const result = await run(['diff', ...printed, '--', ...pathspecs(files, own)], {
      ...call,
      env: { ...env, GIT_LITERAL_PATHSPECS: '0' },
      maxBytes: limits.gitDiff,
    });
    if (result === 'no-git') return { kind: 'no-git' };
    if (result.code !== 0 && result.code !== null) throw failed(result);
    const truncated = result.code === null;
    const end = truncated ? result.stdout.lastIndexOf(0x0a) + 1 : result.stdout.length;
    return { kind: 'diff', root, base, diff: result.stdout.subarray(0, end).toString('utf8'), truncated };
  });
}

/** Files that are not tracked yet stand as empty ones in the index of `call`: what they hold is then a change. */
async function announce(run: RunGit, own: string | null, call: GitCall): Promise<void> {
  const names = await changedNames({ run, own }, ['--others'], call);
  if (names.length === 0) return;
  const empty = await run(['hash-object', '--stdin'], call);
  if (empty === 'no-git' || empty.code !== 0) return;
  const id = empty.stdout.toString('utf8').trim();
  const input = names.map((name) => `100644 ${id} 0\t${name}\0`).join('');
  const result = await run(['update-index', '--add', '--replace', '-z', '--index-info'], {
    ...call,
    input,
  });
  if (result !== 'no-git' && result.code !== 0) throw failed(result);
}

/** Each name as it is, whatever it begins with. */
function pathspecs(files: readonly string[], own: string | null): readonly string[] {
  const wanted = files.length > 0 ? files.map((file) => `:(top,literal)${file}`) : ['.'];
  return own === null ? wanted : [...wanted, `:(top,exclude,literal)${own}`];
}

function checkBase(base: string | undefined): void {
  if (base === undefined) return;
  // What begins with a dash would be an option.
  if (base === '' || base.length > 256 || base.startsWith('-') || /[\0\s]/.test(base))
    throw badRequest('base must be the name of a commit or a tree');
}

function checkFiles(files: readonly string[]): void {
  for (const file of files) {
    if (file === '' || file.includes('\0') || path.isAbsolute(file) || file.split('/').includes('..'))
      throw badRequest('file must be a path inside the repository');
  }
}

/** An id; null: there is nothing of this name. */
async function baseOf(
  run: RunGit,
  { root }: Repository,
  { base = 'HEAD', merge_base = false }: GitDiffQuery,
  signal: AbortSignal,
): Promise<string | null> {
  const idOf = async (args: readonly string[], input = '') => {
    const result = await run(args, { cwd: root, signal, input });
    return result !== 'no-git' && result.code === 0 ? result.stdout.toString('utf8').trim() : null;
  };
  const verified = (name: string) => idOf(['rev-parse', '--verify', '--quiet', name]);
  const commit = await verified(`${base}^{commit}`);
  if (merge_base) return commit === null ? null : idOf(['merge-base', commit, 'HEAD']);
  if (commit !== null) return commit;
  // Before the first commit there is nothing: the empty tree, by the hash that this repository uses.
  if (base === 'HEAD') return idOf(['hash-object', '-t', 'tree', '--stdin']);
  return verified(`${base}^{tree}`);
}

import type { GitSnapshotRequest, GitSnapshotResponse } from '@shared/agent-protocol/git.ts';
import { limits } from '../base/limits.ts';
import { badRequest } from '../base/refusal.ts';
import { changedNames, readableNames } from './file-names.ts';
import { withoutFilters } from './filters.ts';
import { failed, openRepository } from './open-repository.ts';
import type { GitCall, GitResult, RunGit } from './run-git.ts';
import { withScratchIndex } from './scratch-index.ts';

const NAME = /^[A-Za-z0-9][\w.-]{0,99}(?:\/[A-Za-z0-9][\w.-]{0,99}){0,5}$/;

function checkSnapshotName(name: string): void {
  const parts = name.split('/');
  const forbidden = name.includes('..') || parts.some((part) => /\.$|\.lock$/.test(part));
  if (!NAME.test(name) || forbidden) throw badRequest(`no name of a snapshot: ${name}`);
}

/** The working tree as it is now, tracked or not, but for what git ignores. Neither it nor the index is touched. */
async function gitSnapshot(
  run: RunGit,
  { path, name }: GitSnapshotRequest,
  signal: AbortSignal,
): Promise<GitSnapshotResponse> {
  const repository = await openRepository(run, path, signal);
  if (repository.kind !== 'repository') return repository;
  const { root, gitDir } = repository;
  const git = await withoutFilters(run, repository, signal);
  const ref = `refs/gaffer/${name}`;
  return withScratchIndex(gitDir, async (env) => {
    const call: GitCall = { cwd: root, signal, env, maxMs: limits.gitSnapshotMs };
    const changed = await changedNames(git, ['--others', '--modified', '--deleted'], call);
    const names = await readableNames(root, changed);
    const input = names.map((name) => `${name}\0`).join('');
    const update = ['update-index', '--add', '--remove', '--replace', '-z', '--stdin'];
    done(await git(update, { ...call, input }));
    const tree = done(await git(['write-tree'], call))
      .stdout.toString('utf8')
      .trim();
    done(await git(['update-ref', '--no-deref', ref, tree], call));
    return { kind: 'snapshot', root, tree, ref, incomplete: names.length < changed.length };
  });
}

function done(result: GitResult | 'no-git'): GitResult {
  if (result === 'no-git') throw failed({ code: null, stdout: Buffer.alloc(0), stderr: 'git has gone' });
  if (result.code !== 0) throw failed(result);
  return result;
}

/** The same call twice makes one snapshot: of the first time, or, after a crash, of the second. */
export function snapshotEffect(run: RunGit, request: GitSnapshotRequest, signal: AbortSignal) {
  const apply = () => gitSnapshot(run, request, signal);
  return {
    plan: async () => checkSnapshotName(request.name),
    changes: () => [],
    apply,
    recover: apply,
  };
}

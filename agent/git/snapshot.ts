import type { GitSnapshotRequest, GitSnapshotResponse } from '@shared/agent-protocol/git.ts';
import { limits } from '../base/limits.ts';
import { badRequest } from '../base/refusal.ts';
import { changedNames, readableNames } from './file-names.ts';
import { withoutFilters } from './filters.ts';
import { failed, openRepository } from './open-repository.ts';
import { ownBelow } from './own-files.ts';
import type { Git, GitCall, GitResult } from './run-git.ts';
import { withScratchIndex } from './scratch-index.ts';

const NAME = /^[A-Za-z0-9][\w.-]{0,99}(?:\/[A-Za-z0-9][\w.-]{0,99}){0,5}$/;

function checkSnapshotName(name: string): void {
  const parts = name.split('/');
  const forbidden = name.includes('..') || parts.some((part) => /\.$|\.lock$/.test(part));
  if (!NAME.test(name) || forbidden) throw badRequest(`no name of a snapshot: ${name}`);
}

/** The working tree as it is now, tracked or not, but for what git ignores. Neither it nor the index is touched. */
async function gitSnapshot(
  git: Git,
  { path, name }: GitSnapshotRequest,
  signal: AbortSignal,
): Promise<GitSnapshotResponse> {
  const repository = await openRepository(git.run, path, signal);
  if (repository.kind !== 'repository') return repository;
  const { root, gitDir } = repository;
  const own = ownBelow(git.own, root);
  const run = await withoutFilters(git.run, repository, signal);
  const ref = `refs/gaffer/${name}`;
  return withScratchIndex(gitDir, async (env) => {
    const call: GitCall = { cwd: root, signal, env, maxMs: limits.gitSnapshotMs };
    const changed = await changedNames({ run, own }, ['--others', '--modified', '--deleted'], call);
    const names = await readableNames(root, changed);
    const input = names.map((name) => `${name}\0`).join('');
    const update = ['update-index', '--add', '--remove', '--replace', '-z', '--stdin'];
    done(await run(update, { ...call, input }));
    const tree = done(await run(['write-tree'], call))
      .stdout.toString('utf8')
      .trim();
    done(await run(['update-ref', '--no-deref', ref, tree], call));
    return { kind: 'snapshot', root, tree, ref, incomplete: names.length < changed.length };
  });
}

function done(result: GitResult | 'no-git'): GitResult {
  if (result === 'no-git') throw failed({ code: null, stdout: Buffer.alloc(0), stderr: 'git has gone' });
  if (result.code !== 0) throw failed(result);
  return result;
}

/** The same call twice makes one snapshot: of the first time, or, after a crash, of the second. */
export function snapshotEffect(git: Git, request: GitSnapshotRequest, signal: AbortSignal) {
  const apply = () => gitSnapshot(git, request, signal);
  return {
    plan: async () => checkSnapshotName(request.name),
    changes: () => [],
    apply,
    recover: apply,
  };
}

import type { GitStatusResponse } from '@shared/agent-protocol/git.ts';
import { asId, type WorkspaceId } from '@shared/model/ids.ts';
import { err, ok } from '@shared/util/result.ts';
import { expect, test } from 'vitest';
import { connectionTo, fakeAgent, runContext } from '../../tools/testing/fake-agent.ts';
import { WorkspaceProblem } from '../../workspaces/connection.ts';
import { placeFor, type Wishes } from './place-for.ts';

const place = { workspaceId: asId<WorkspaceId>('w'), directory: '/work/own', branch: 'agent/fix' };
const clean: GitStatusResponse = {
  kind: 'status',
  root: '/work/place',
  branch: 'main',
  commit: 'c0ffee',
  upstream: null,
  operation: null,
  files: [],
  truncated: false,
};
const changed: GitStatusResponse = {
  ...clean,
  files: [{ path: 'a', from: null, index: 'same', worktree: 'untracked', submodule: false }],
};

async function placed(wishes: Wishes, status: GitStatusResponse | Error, made = ok(place)) {
  const client = fakeAgent({
    gitStatus: async () => {
      if (status instanceof Error) throw status;
      return status;
    },
  });
  const asked: string[] = [];
  const worktrees = {
    make: async ({ title }: { readonly title: string }) => {
      asked.push(title);
      return made;
    },
  };
  const found = await placeFor(wishes, 'Fix', { worktrees, context: runContext(connectionTo(client)) });
  return { found, asked };
}

test('a sub-agent has a worktree of its own when it edits, from what is committed, or when that is asked for', async () => {
  expect(await placed({ edits: true }, clean)).toEqual({ found: ok(place), asked: ['Fix'] });
  expect(await placed({ isolation: 'worktree' }, clean)).toMatchObject({ asked: ['Fix'] });
  for (const wishes of [{}, { edits: false }, { edits: true, isolation: 'shared' as const }])
    expect(await placed(wishes, new Error('not asked'))).toEqual({ found: ok(null), asked: [] });
});

test('where a worktree would lack something, the workspace is shared, unless a worktree was asked for', async () => {
  const lacking: readonly [GitStatusResponse | Error, string][] = [
    [changed, 'not committed'],
    [{ kind: 'none' }, 'git repository'],
    [{ ...clean, commit: null }, 'none yet'],
    [new WorkspaceProblem('no-workspace', 'chat has no workspace'), 'no workspace'],
  ];
  for (const [status, words] of lacking) {
    expect(await placed({ edits: true }, status)).toEqual({ found: ok(null), asked: [] });
    const { found, asked } = await placed({ isolation: 'worktree' }, status);
    expect(found).toMatchObject({ ok: false, error: expect.stringContaining(words) as string });
    expect(asked).toEqual([]);
  }
});

test('a worktree that cannot be made is said', async () => {
  const { found } = await placed({ edits: true }, clean, err('The disk is full.') as never);
  expect(found).toEqual(err('The disk is full.'));
});

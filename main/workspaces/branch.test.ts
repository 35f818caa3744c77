import { expect, test } from 'vitest';
import { type AgentClient, AgentError } from '../agent-client/client.ts';
import { branchOf, fetchBranch } from './branch.ts';

function agentWith(files: Readonly<Record<string, string>>): AgentClient {
  const readFile = (path: string) => {
    const text = files[path];
    return text === undefined
      ? Promise.reject(new AgentError('missing', 404, 'not-found'))
      : Promise.resolve(Buffer.from(text));
  };
  return { readFile } as Partial<AgentClient> as AgentClient;
}

const branch = (files: Readonly<Record<string, string>>, directory = '/work/place') =>
  fetchBranch(
    { client: agentWith(files), directory, platform: 'linux' },
    { signal: new AbortController().signal },
  );

test('a repository names its branch', async () => {
  expect(await branch({ '/work/place/.git/HEAD': 'ref: refs/heads/feature/ünï\n' })).toBe('feature/ünï');
});

test('a directory inside a repository has its branch', async () => {
  expect(await branch({ '/work/.git/HEAD': 'ref: refs/heads/main\n' }, '/work/place/deep')).toBe('main');
});

test('a worktree points to its own HEAD, also relatively', async () => {
  const files = { '/work/main/.git/worktrees/place/HEAD': 'ref: refs/heads/topic\n' };
  expect(await branch({ ...files, '/work/place/.git': 'gitdir: /work/main/.git/worktrees/place\n' })).toBe(
    'topic',
  );
  expect(await branch({ ...files, '/work/place/.git': 'gitdir: ../main/.git/worktrees/place\n' })).toBe(
    'topic',
  );
});

test('a detached HEAD is its short commit and anything else is none', () => {
  expect(branchOf(`${'ab12'.repeat(10)}\n`)).toBe('ab12ab1');
  expect(branchOf('nonsense')).toBeNull();
});

test('no repository', async () => {
  expect(await branch({})).toBeNull();
});

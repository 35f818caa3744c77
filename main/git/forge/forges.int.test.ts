import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { giteaAnswers } from '../../../e2e/fixtures/forge/gitea.ts';
import { githubAnswers } from '../../../e2e/fixtures/forge/github.ts';
import { gitlabAnswers } from '../../../e2e/fixtures/forge/gitlab.ts';
import { type FakeForge, startForge } from '../../../e2e/fixtures/forge/serve.ts';
import { createCheckToken } from './check-token.ts';
import { openForge } from './open-forge.ts';
import { ForgeError } from './port.ts';
import { siteOf } from './sites.ts';

let server: FakeForge;
const signal = AbortSignal.timeout(600_000);
const WEB = 'https://forge.example';

beforeAll(async () => {
  server = await startForge();
});
afterAll(() => server.stop());
beforeEach(() => {
  server.requests.length = 0;
});

const open = (kind: 'github' | 'gitlab' | 'gitea', token: string | null = null) =>
  openForge(siteOf(kind, 'forge.example', server.url), token, fetch);

async function pullOf(kind: 'github' | 'gitlab' | 'gitea', path: string, branch: string) {
  const forge = open(kind);
  const number = await forge.findPull(path, branch, signal);
  return number === null ? null : forge.loadPull(path, number, signal);
}

describe('GitHub', () => {
  const branch = 'topic/one';
  const answers = (pull: Parameters<typeof githubAnswers>[3]) => {
    server.answers = githubAnswers(WEB, 'octocat/hello', branch, pull);
  };
  const load = () => pullOf('github', 'octocat/hello', branch);

  test('a pull request by its branch, with the latest word of each reviewer and the state of its checks', async () => {
    answers({
      number: 1347,
      reviews: [
        { id: 9, state: 'APPROVED', login: 'a' },
        { id: 4, state: 'CHANGES_REQUESTED', login: 'a' },
        { id: 5, state: 'CHANGES_REQUESTED', login: 'b' },
        { id: 6, state: 'COMMENTED', login: 'b' },
      ],
      runs: [
        { status: 'completed', conclusion: 'success' },
        { status: 'in_progress', conclusion: null },
      ],
    });
    expect(await load()).toEqual({
      number: 1347,
      url: `${WEB}/octocat/hello/pull/1347`,
      state: 'open',
      changesRequested: true,
      checks: 'pending',
      additions: 100,
      deletions: 3,
      changedFiles: 5,
    });
    answers({
      number: 1347,
      draft: true,
      reviews: [
        { id: 5, state: 'CHANGES_REQUESTED', login: 'b' },
        { id: 7, state: 'DISMISSED', login: 'b' },
      ],
      runs: [
        { status: 'completed', conclusion: 'success' },
        { status: 'completed', conclusion: 'timed_out' },
      ],
    });
    expect(await load()).toMatchObject({ state: 'draft', changesRequested: false, checks: 'failed' });
    answers(null);
    expect(await load()).toBeNull();
  });

  test('one that is merged, and checks that the token may not see', async () => {
    answers({ number: 2, state: 'closed', merged: true });
    const entries = Object.entries(server.answers).map(([path, body]) =>
      path.includes('check-runs') ? [path, 403] : [path, body],
    );
    server.answers = Object.fromEntries(entries) as FakeForge['answers'];
    expect(await open('github').loadPull('octocat/hello', 2, signal)).toMatchObject({
      state: 'merged',
      checks: 'none',
    });
  });

  test('its page of a branch, and who one is', async () => {
    answers(null);
    const forge = open('github', 'ghp_0123456789');
    expect(forge.branchUrl('octocat/hello', 'topic/ö n')).toMatch(
      /\/octocat\/hello\/tree\/topic\/%C3%B6%20n$/,
    );
    expect(await forge.loadLogin(signal)).toBe('octocat');
    expect(server.requests.map(({ headers }) => headers.authorization)).toEqual(['Bearer ghp_0123456789']);
  });
});

test('GitLab: a merge request in a group of groups', async () => {
  server.answers = gitlabAnswers(WEB, 'a/b/app', 'topic');
  expect(await pullOf('gitlab', 'a/b/app', 'topic')).toEqual({
    number: 133,
    url: `${WEB}/a/b/app/-/merge_requests/133`,
    state: 'open',
    changesRequested: true,
    checks: 'pending',
    additions: 3,
    deletions: 1,
    changedFiles: 2,
  });
  await open('gitlab', 'glpat-0123456789').loadLogin(signal);
  expect(server.requests.at(-1)?.headers['private-token']).toBe('glpat-0123456789');
  expect(open('gitlab').branchUrl('a/b/app', 'topic')).toMatch(/\/a\/b\/app\/-\/tree\/topic$/);
});

test('Gitea: the pull request of this repository’s branch, not that of a fork or another branch', async () => {
  server.answers = giteaAnswers(WEB, 'team/app', 'topic');
  expect(await pullOf('gitea', 'team/app', 'topic')).toEqual({
    number: 7,
    url: `${WEB}/team/app/pulls/7`,
    state: 'draft',
    changesRequested: true,
    checks: 'failed',
    additions: 12,
    deletions: 4,
    changedFiles: 2,
  });
  expect(await pullOf('gitea', 'team/app', 'nothing')).toBeNull();
  await open('gitea', 'token-0123456789').loadLogin(signal);
  expect(server.requests.at(-1)?.headers.authorization).toBe('token token-0123456789');
});

test('what goes wrong has a code, and without a token nothing is sent for one', async () => {
  server.answers = { '/user': 401, '/repos/a/b/pulls/1': { number: 'one' }, '/repos/a/b/pulls/2': 502 };
  const code = (work: Promise<unknown>) =>
    work.then(
      () => 'ok',
      (error: unknown) => (error instanceof ForgeError ? error.code : String(error)),
    );
  const forge = open('github');
  expect(await code(forge.loadLogin(signal))).toBe('refused');
  expect(await code(forge.loadPull('a/b', 1, signal))).toBe('unreadable');
  expect(await code(forge.loadPull('a/b', 2, signal))).toBe('unreachable');
  expect(await code(forge.loadPull('a/b', 3, signal))).toBe('missing');
  expect(server.requests.some(({ headers }) => headers.authorization !== undefined)).toBe(false);
  const check = createCheckToken(fetch);
  const site = siteOf('gitea', 'forge.example', server.url);
  expect(await check(site, 'wrong-token')).toMatchObject({ ok: false, error: { code: 'refused' } });
  const nobody = siteOf('gitea', 'forge.example', 'http://127.0.0.1:9');
  expect(await check(nobody, 'wrong-token')).toMatchObject({ ok: false, error: { code: 'unreachable' } });
});

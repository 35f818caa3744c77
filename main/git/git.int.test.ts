import { execFile } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { mkdtemp } from 'node:fs/promises';
import path from 'node:path';
import { promisify } from 'node:util';
import type { GitAnswer, GitQuestion } from '@shared/model/git.ts';
import type { ChatId, GitAccountId } from '@shared/model/ids.ts';
import { invariant } from '@shared/util/invariant.ts';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { githubAnswers } from '../../e2e/fixtures/forge/github.ts';
import { answerFrom } from '../../e2e/fixtures/forge/serve.ts';
import { type GitServer, startGitServer } from '../../e2e/fixtures/git-server.ts';
import { startTestAgent, type TestAgent } from '../agent-client/test-agent.ts';
import { createMask } from '../base/mask.ts';
import { openTestGit, type TestGit } from './test-git.ts';

const TOKEN = 'tok_0123456789abcdef';
const LONG = { timeout: 60_000 };
const run = promisify(execFile);
const signal = AbortSignal.timeout(600_000);
let agent: TestAgent;
let server: GitServer;
let forge: Readonly<Record<string, unknown>>;
let place: TestGit;
let asked: GitQuestion[];
/** What the test's person says; null: nothing. */
let says: (question: GitQuestion) => GitAnswer | null;
let leave: AbortController;
let answering: Promise<void>;

beforeAll(async () => {
  agent = await startTestAgent();
  server = await startGitServer();
  server.tokens.add(TOKEN);
  server.api = (request, response) =>
    answerFrom(forge, (request.url ?? '').replace(/^\/api\/v3/, ''), response);
});
afterAll(async () => {
  await agent.close();
  await server.stop();
});
beforeEach(async () => {
  forge = {};
  asked = [];
  says = () => ({ kind: 'use', allow: true });
  place = await openTestGit({ client: agent.client });
  leave = new AbortController();
  answering = answerQuestions(leave.signal);
});
afterEach(async () => {
  leave.abort();
  await answering;
  await place.close();
});

async function answerQuestions(until: AbortSignal): Promise<void> {
  for await (const open of place.git.questions.watch(until)) {
    for (const question of open) {
      if (asked.some(({ id }) => id === question.id)) continue;
      asked.push(question);
      const answer = says(question);
      if (answer) place.git.questions.answer(question.id, answer);
    }
  }
}

async function addAccount(token?: string): Promise<GitAccountId> {
  const apiBase = `${server.url}/api/v3`;
  const added = await place.git.accounts.add({ kind: 'github', host: server.host, apiBase, token });
  invariant(added.ok, 'there is no other account');
  return added.value.accountId;
}

/** A clone of a new repository on the server, on a branch of its own. */
async function newClone(name = `team/r${randomUUID().slice(0, 8)}`) {
  const url = server.create(name);
  const dir = await mkdtemp(path.join(agent.dir, 'clone '));
  const git = (...args: string[]) =>
    run('git', ['-c', 'user.name=T', '-c', 'user.email=t@x', ...args], { cwd: dir });
  await git('init', '--quiet', '--initial-branch=topic');
  await git('commit', '--quiet', '--allow-empty', '-m', 'one');
  await git('remote', 'add', 'origin', url);
  return { name, url, dir };
}

/** A command of a chat, as `execute` runs it. */
async function command(chatId: ChatId | null, workdir: string, text: string) {
  const env = { GIT_TERMINAL_PROMPT: '0', GIT_CONFIG_GLOBAL: '/dev/null', GIT_CONFIG_SYSTEM: '/dev/null' };
  const call = { signal, key: randomUUID(), ...(chatId === null ? {} : { chatId }) };
  const { id } = await agent.client.startProcess({ command: text, workdir, env }, call);
  return agent.client.processOutput(id, true, { signal });
}

const PUSH = 'git push origin topic';
const statusOf = (chatId: ChatId) => place.git.statuses.load(chatId);

describe('the token of a forge', () => {
  test('is asked for once a machine, by its name, and then used without a question', async () => {
    const { dir, name } = await newClone();
    await addAccount(TOKEN);
    const workspace = await place.newWorkspace(dir);
    const chatId = await place.newChat(workspace);
    expect(await command(chatId, dir, PUSH)).toMatchObject({ exit_code: 0 });
    expect(server.git(name, 'log', '--format=%s', 'topic')).toBe('one');
    const about = { host: server.host, machine: 'this computer', directory: dir, command: PUSH, chatId };
    expect(asked).toMatchObject([{ kind: 'use', once: false, ...about }]);
    const other = await place.newChat(workspace);
    expect(await command(other, dir, 'git fetch origin')).toMatchObject({ exit_code: 0 });
    expect(asked).toHaveLength(1);
  });

  test('refused once is refused until it is asked again', async () => {
    const { dir } = await newClone();
    const accountId = await addAccount(TOKEN);
    const chatId = await place.newChat(await place.newWorkspace(dir));
    says = () => ({ kind: 'use', allow: false });
    const refused = await command(chatId, dir, PUSH);
    expect(refused.exit_code).not.toBe(0);
    expect(refused.output).toContain(`The person did not allow the use of the token of ${server.host}`);
    expect((await command(chatId, dir, PUSH)).output).toContain('Settings → Git accounts');
    expect(asked).toHaveLength(1);
    await place.git.accounts.askAgain(accountId);
    says = () => ({ kind: 'use', allow: true });
    expect(await command(chatId, dir, PUSH)).toMatchObject({ exit_code: 0 });
    expect(asked).toHaveLength(2);
  });

  test('outside a repository of that forge it is asked for each command', async () => {
    const { dir, url } = await newClone();
    await addAccount(TOKEN);
    const chatId = await place.newChat(await place.newWorkspace(dir));
    expect(await command(chatId, dir, PUSH)).toMatchObject({ exit_code: 0 });
    const clone = `git clone --quiet ${url} copy`;
    expect(await command(chatId, agent.dir, clone)).toMatchObject({ exit_code: 0 });
    expect(asked.map((one) => one.kind === 'use' && [one.once, one.command])).toEqual([
      [false, PUSH],
      [true, clone],
    ]);
    await command(chatId, agent.dir, `git ls-remote ${url}`);
    expect(asked).toHaveLength(3);
  });

  test('two that ask at the same time ask the person once', async () => {
    const clones = [await newClone(), await newClone()];
    await addAccount(TOKEN);
    const ends = await Promise.all(
      clones.map(async ({ dir }) => command(await place.newChat(await place.newWorkspace(dir)), dir, PUSH)),
    );
    expect(ends.map(({ exit_code: code }) => code)).toEqual([0, 0]);
    expect(asked).toHaveLength(1);
  });

  test('a wrong one: git says so', async () => {
    const { dir } = await newClone();
    await addAccount('tok_that_is_no_more');
    const chatId = await place.newChat(await place.newWorkspace(dir));
    const end = await command(chatId, dir, PUSH);
    expect(end.exit_code).not.toBe(0);
    expect(end.output).toContain('Authentication failed');
  });

  test('of a host without an account: git goes on as without a helper', async () => {
    const { dir } = await newClone();
    const chatId = await place.newChat(await place.newWorkspace(dir));
    const end = await command(chatId, dir, PUSH);
    expect(end.output).toContain(`There is no account for ${server.host}`);
    expect(end.output).toContain('terminal prompts disabled');
    expect(asked).toEqual([]);
  });

  test('that is missing is asked for with the address where one is made, and kept', async () => {
    const { dir } = await newClone();
    await addAccount();
    const chatId = await place.newChat(await place.newWorkspace(dir));
    says = () => ({ kind: 'sign-in', token: TOKEN });
    const end = await command(chatId, dir, PUSH);
    expect(end).toMatchObject({ exit_code: 0 });
    const page = `${server.url}/settings/tokens/new?scopes=repo&description=Gaffer`;
    expect(end.output).toContain(page);
    expect(asked).toMatchObject([{ kind: 'sign-in', host: server.host, tokenPage: page }]);
    expect(await command(chatId, dir, 'git fetch origin')).toMatchObject({ exit_code: 0 });
    expect(asked).toHaveLength(1);
  });

  test('is in no row of the database, and masked wherever it is printed', async () => {
    const { dir } = await newClone();
    const accountId = await addAccount(TOKEN);
    const chatId = await place.newChat(await place.newWorkspace(dir));
    await command(chatId, dir, PUSH);
    const fill = `printf 'protocol=http\\nhost=${server.host}\\n\\n' | git credential fill`;
    const { output } = await command(chatId, dir, fill);
    expect(output).toContain(TOKEN);
    expect(createMask(() => place.git.accounts.knownSecrets()).text(output)).not.toContain(TOKEN);
    const tables = await place.db.query<{ name: string }>(
      `select c.relname as name from pg_class c where c.relnamespace = 'public'::regnamespace and c.relkind = 'r'`,
    );
    expect(tables.rows.length).toBeGreaterThan(10);
    for (const { name } of tables.rows) {
      const { rows } = await place.db.query(`select t::text as text from ${name} t`);
      expect(JSON.stringify(rows)).not.toContain(TOKEN);
    }
    await place.git.accounts.remove(accountId);
    expect(place.secrets.names()).toEqual([]);
  });
});

describe('where a chat works', () => {
  test('#330 what git did concerns the chat that ran it; without a chat all of its workspace', async () => {
    const { dir, url } = await newClone();
    const elsewhere = await newClone();
    await addAccount(TOKEN);
    const workspace = await place.newWorkspace(dir);
    const [one, two] = [await place.newChat(workspace), await place.newChat(workspace)];
    const far = await place.newChat(await place.newWorkspace(elsewhere.dir));
    await command(one, dir, PUSH);
    await expect.poll(async () => (await statusOf(one))?.git_branch, LONG).toBe('topic');
    expect(await statusOf(one)).toMatchObject({ git_remote_origin: url });
    expect([await statusOf(two), await statusOf(far)]).toEqual([null, null]);
    expect(new Set(place.told)).toEqual(new Set([one]));
    await command(null, dir, 'git fetch origin');
    await expect.poll(async () => (await statusOf(two))?.git_branch, LONG).toBe('topic');
    expect(await statusOf(far)).toBeNull();
    expect(place.told).not.toContain(far);
  });

  test('a chat of another owner, or an id that is none, is concerned by nothing', async () => {
    const { dir } = await newClone();
    const workspace = await place.newWorkspace(dir);
    const chatId = await place.newChat(workspace);
    const ref = { workspaceIds: [workspace], directory: dir, branch: 'topic', origin: '' };
    const store = (change: object) =>
      place.store.call('storeChatGitRef', { ownerId: place.ownerId, chatId, ...ref, ...change });
    expect(await store({ workspaceIds: [] })).toEqual([]);
    expect(await store({ ownerId: randomUUID() })).toEqual([]);
    expect(await store({ chatId: randomUUID() })).toEqual([]);
    expect(await store({})).toEqual([chatId]);
    await store({ branch: '', origin: 'https://forge.example/a/b.git' });
    const row = await place.store.call('loadDiffStatus', { ownerId: place.ownerId, chatId });
    expect(row).toMatchObject({ git_branch: 'topic', git_remote_origin: 'https://forge.example/a/b.git' });
  });

  test('a pull request appears with its state; without one the counts are those of the working tree', async () => {
    const { dir, name, url } = await newClone();
    await addAccount(TOKEN);
    forge = githubAnswers(server.url, name, 'topic', null);
    const chatId = await place.newChat(await place.newWorkspace(dir));
    await command(chatId, dir, 'printf "a\\nb\\n" > new.txt');
    await command(chatId, dir, PUSH);
    const branchPage = `${url.replace(/\.git$/, '')}/tree/topic`;
    await expect.poll(() => statusOf(chatId), LONG).toMatchObject({ url: branchPage, additions: 2 });
    const runs = [{ status: 'completed', conclusion: 'success' }];
    forge = githubAnswers(server.url, name, 'topic', { number: 12, runs });
    await expect
      .poll(() => statusOf(chatId), LONG)
      .toMatchObject({
        url: `${server.url}/${name}/pull/12`,
        pull_request_number: 12,
        pull_request_state: 'open',
        checks: 'passed',
        additions: 100,
        deletions: 3,
        changed_files: 5,
      });
  });

  test('a command that needed no token is looked at, too: another branch, other counts', async () => {
    const { dir, url } = await newClone();
    const workspaceId = await place.newWorkspace(dir);
    const chatId = await place.newChat(workspaceId);
    await command(chatId, dir, 'printf "a\\n" > new.txt');
    place.git.onEffect({ chatId, workspaceId, directory: null });
    await expect.poll(() => statusOf(chatId), LONG).toMatchObject({ git_branch: 'topic', additions: 1 });
    expect(await statusOf(chatId)).toMatchObject({ git_remote_origin: url, changed_files: 1 });
    await command(chatId, dir, 'printf "b\\n" >> new.txt');
    place.git.onEffect({ chatId, workspaceId, directory: '.' });
    await expect.poll(() => statusOf(chatId), LONG).toMatchObject({ additions: 2 });
    await command(chatId, dir, 'git checkout --quiet -b next');
    place.git.onEffect({ chatId, workspaceId, directory: null });
    await expect.poll(() => statusOf(chatId), LONG).toMatchObject({ git_branch: 'next' });
  });
});

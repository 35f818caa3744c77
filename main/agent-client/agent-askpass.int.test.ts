import { execFileSync } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { mkdtemp } from 'node:fs/promises';
import path from 'node:path';
import type { CredentialAnswer, CredentialAsk } from '@shared/agent-protocol/credentials.ts';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { type GitServer, startGitServer } from '../../e2e/fixtures/git-server.ts';
import { startTestAgent, type TestAgent } from './test-agent.ts';

const TOKEN = 'tok_0123456789abcdef';
const signal = AbortSignal.timeout(600_000);
let agent: TestAgent;
let server: GitServer;
/** How the test's app answers; null: not at all. */
let answerTo: (ask: CredentialAsk) => CredentialAnswer | null;
let asked: CredentialAsk[];
const followed = new AbortController();
let following: Promise<void>;

beforeAll(async () => {
  agent = await startTestAgent();
  server = await startGitServer();
  server.tokens.add(TOKEN);
  following = follow().catch(() => undefined);
});
afterAll(async () => {
  followed.abort();
  await following;
  await agent.close();
  await server.stop();
});
beforeEach(() => {
  asked = [];
  answerTo = () => ({ kind: 'credentials', username: 'ada', password: TOKEN });
});

/** As the app does. */
async function follow(): Promise<void> {
  const seen = new Set<string>();
  for await (const event of agent.client.events({ credentials: true }, { signal: followed.signal })) {
    if (event.type !== 'credentials') continue;
    for (const ask of event.asks.filter(({ id }) => !seen.has(id))) {
      seen.add(ask.id);
      asked.push(ask);
      const answer = answerTo(ask);
      if (answer) await agent.client.answerCredentials({ id: ask.id, answer }, { signal });
    }
  }
}

async function start(command: string, workdir: string, chatId?: string): Promise<string> {
  const call = { signal, key: randomUUID(), ...(chatId === undefined ? {} : { chatId }) };
  const env = { GIT_TERMINAL_PROMPT: '0', GIT_CONFIG_GLOBAL: '/dev/null', GIT_CONFIG_SYSTEM: '/dev/null' };
  return (await agent.client.startProcess({ command, workdir, env }, call)).id;
}

async function run(command: string, workdir: string, chatId?: string) {
  const id = await start(command, workdir, chatId);
  return { id, ...(await agent.client.processOutput(id, true, { signal })) };
}

async function newClone(name: string) {
  const url = server.create(name);
  const dir = await mkdtemp(path.join(agent.dir, 'clone '));
  const git = (...args: string[]) =>
    execFileSync('git', ['-c', 'user.name=T', '-c', 'user.email=t@x', ...args], {
      cwd: dir,
      stdio: 'pipe',
    });
  git('init', '--quiet', '--initial-branch=work');
  git('commit', '--quiet', '--allow-empty', '-m', 'one');
  git('remote', 'add', 'origin', url.replace('//', '//someone:their-password@'));
  git('remote', 'set-url', 'origin', url);
  return { url, dir, git };
}

/** The helper as git would run it, in a process of its own. */
const helper = (prompt: string) => `"$GIT_ASKPASS" ${JSON.stringify(prompt)}`;

describe('askpass', () => {
  it('#327 prints the name or the password, whichever git asks for', async () => {
    const { dir } = await newClone('names');
    const base = server.url;
    expect(await run(helper(`Username for '${base}': `), dir)).toMatchObject({
      output: 'ada\n',
      exit_code: 0,
    });
    const password = `Password for 'http://someone@${server.host}': `;
    expect(await run(helper(password), dir)).toMatchObject({ output: `${TOKEN}\n`, exit_code: 0 });
    expect(asked.map(({ url }) => url)).toEqual([base, base]);
  });

  it('#328 a host that nobody knows: the message is shown and the helper says that there is no answer', async () => {
    answerTo = () => ({ kind: 'unknown', message: 'There is no account for forge.example.' });
    const end = await run(helper("Username for 'https://forge.example': "), agent.dir);
    expect(end).toMatchObject({ output: 'Gaffer: There is no account for forge.example.\n', exit_code: 1 });
    expect(asked).toMatchObject([{ url: 'https://forge.example', known: false, branch: '', origin: '' }]);
  });

  it('#329 says how to sign in, waits, and prints what came of it', async () => {
    const { dir } = await newClone('sign-in');
    answerTo = () => ({ kind: 'sign-in', message: 'Make a token: https://forge.example/tokens' });
    const id = await start(helper(`Username for '${server.url}': `), dir);
    await expect
      .poll(async () => (await agent.client.processOutput(id, false, { signal })).output, {
        timeout: 60_000,
      })
      .toBe('Gaffer: Make a token: https://forge.example/tokens\n');
    const [ask] = asked;
    const answer = { kind: 'credentials', username: 'ada', password: TOKEN } as const;
    await agent.client.answerCredentials({ id: ask?.id ?? '', answer }, { signal });
    const end = await agent.client.processOutput(id, true, { signal });
    expect(end.output).toMatch(/\/tokens\nada\n$/);
  });

  it('tells whose process asks, where, and whether that repository has to do with the host', async () => {
    const { dir, url } = await newClone('where');
    const chatId = randomUUID();
    const push = 'git push --quiet origin work';
    const end = await run(push, dir, chatId);
    expect(end).toMatchObject({ output: '', exit_code: 0 });
    expect(server.git('where', 'log', '--format=%s', 'work')).toBe('one');
    const about = { chat_id: chatId, process_id: end.id, command: push, known: true, directory: dir };
    const same = { ...about, branch: 'work', origin: url, url: server.url };
    expect(asked).toMatchObject([same, same]);
    const clone = await run(`git clone --quiet ${url} copy`, agent.dir, chatId);
    expect(clone).toMatchObject({ exit_code: 0 });
    expect(asked[2]).toMatchObject({ known: false, branch: '', origin: '', chat_id: chatId });
  });

  it('with a wrong password, or none, git fails by itself and says why', async () => {
    const { dir } = await newClone('wrong');
    answerTo = () => ({ kind: 'credentials', username: 'ada', password: 'not-the-token' });
    const wrong = await run('git push origin work', dir);
    expect(wrong.exit_code).not.toBe(0);
    expect(wrong.output).toContain('Authentication failed');
    answerTo = () => ({ kind: 'denied', message: 'You did not allow it.' });
    const denied = await run('git push origin work', dir);
    expect(denied.exit_code).not.toBe(0);
    expect(denied.output).toContain('Gaffer: You did not allow it.');
  });

  it('is withdrawn with its process', async () => {
    answerTo = () => null;
    const id = await start(helper(`Username for '${server.url}': `), agent.dir);
    await expect.poll(() => asked.length, { timeout: 60_000 }).toBe(1);
    await agent.client.signalProcess(id, 'kill', { signal, key: randomUUID() });
    await agent.client.processOutput(id, true, { signal });
    const answer = { kind: 'credentials', username: 'ada', password: TOKEN } as const;
    await expect
      .poll(
        () =>
          agent.client.answerCredentials({ id: asked[0]?.id ?? '', answer }, { signal }).then(
            () => 'taken',
            (error: { code?: string }) => error.code,
          ),
        { timeout: 60_000 },
      )
      .toBe('not-found');
  });

  it('takes no token but that of a process that runs', async () => {
    answerTo = () => null;
    const probe = (token: string) =>
      `GAFFER_ASKPASS=${token} ${helper("Username for 'https://x.example': ")}`;
    const other = await run('printf %s "$GAFFER_ASKPASS"', agent.dir);
    for (const token of ['', 'x', `${randomUUID()}.${'0'.repeat(64)}`, other.output]) {
      const end = await run(probe(token), agent.dir);
      expect(end.exit_code).toBe(1);
    }
    expect(asked).toEqual([]);
  });

  it('leaves no password in any file of the agent', async () => {
    const files = readdirSync(agent.home, { recursive: true, withFileTypes: true }).filter((one) =>
      one.isFile(),
    );
    const text = (file: string) => (existsSync(file) ? readFileSync(file, 'latin1') : '');
    const logs = files
      .map((one) => path.join(one.parentPath, one.name))
      .filter((file) => !file.includes('/runs/'));
    expect(logs.length).toBeGreaterThan(0);
    for (const file of logs) expect(text(file)).not.toContain(TOKEN);
  });
});

describe('head', () => {
  it('tells branch, origin and how much has changed since the branch that others start from', async () => {
    const { dir, git } = await newClone('head');
    git('branch', '-m', 'main');
    git('update-ref', 'refs/remotes/origin/main', 'main');
    git('checkout', '--quiet', '-b', 'topic');
    execFileSync('sh', ['-c', 'printf "a\\nb\\n" > a.txt; git add a.txt'], { cwd: dir });
    git('commit', '--quiet', '-m', 'two');
    execFileSync('sh', ['-c', 'printf "a\\n" > a.txt; printf "new\\n" > new.txt'], { cwd: dir });
    expect(await agent.client.gitHead(dir, { signal })).toMatchObject({
      kind: 'head',
      branch: 'topic',
      origin: expect.stringContaining('/head.git') as string,
      base: 'refs/remotes/origin/main',
      additions: 2,
      deletions: 0,
      changed_files: 2,
    });
    expect(await agent.client.gitHead(agent.dir, { signal })).toEqual({ kind: 'none' });
  });
});

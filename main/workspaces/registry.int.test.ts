import { execFile } from 'node:child_process';
import { mkdir, mkdtemp, realpath, rm, symlink, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { promisify } from 'node:util';
import type { ProcessOutputEvent } from '@shared/contract/workspaces.ts';
import { asId, type ChatId, type OwnerId, type WorkspaceId } from '@shared/model/ids.ts';
import type { WorkspaceSummary } from '@shared/model/workspace.ts';
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest';
import { type Sshd, sshdMissing, startSshd } from '../../e2e/fixtures/sshd.ts';
import type { AgentClient } from '../agent-client/client.ts';
import { createHosts } from '../agent-client/hosts.ts';
import { startTestAgent, type TestAgent } from '../agent-client/test-agent.ts';
import { systemClock } from '../base/clock.ts';
import { silentLog } from '../base/log.ts';
import { createMask } from '../base/mask.ts';
import { systemRandom } from '../base/random.ts';
import { openTestStore } from '../db/test-store.ts';
import { type WorkspaceOperations, workspaceOperations } from '../db/workspaces.ts';
import { unanswered } from '../ssh/questions.ts';
import { createRemembered } from '../ssh/remembered.ts';
import { newPerson } from '../ssh/test-connect.ts';
import { createPlaces, type Workspaces } from './registry.ts';

const run = promisify(execFile);
const ownerId = asId<OwnerId>('00000000-0000-4000-8000-00000000000a');
const signal = new AbortController().signal;

const noAnswers = {
  remembered: createRemembered({
    persist: false,
    get: async () => null,
    set: async () => {},
    remove: async () => {},
    names: () => [],
  }),
  loadConfigured: async () => [],
};

let agent: TestAgent;
let base: string;
beforeAll(async () => {
  agent = await startTestAgent();
  base = await realpath(await mkdtemp(path.join(os.tmpdir(), 'gaffer-places-')));
}, 180_000);
afterAll(async () => {
  await agent.close();
  await rm(base, { recursive: true, force: true, maxRetries: 10 });
});

interface App {
  readonly workspaces: Workspaces;
  readonly dir: string;
  /** Another start of the app over the same database. */
  readonly again: () => Promise<Workspaces>;
}

async function openApp(sshd?: Sshd): Promise<App> {
  const { store, db } = await openTestStore<WorkspaceOperations>([
    { role: 'owner', operations: workspaceOperations },
  ]);
  onTestFinished(async () => {
    await store.close();
    if (!db.closed) await db.close();
  });
  const dir = await mkdtemp(path.join(base, 'app '));
  const start = async () => {
    const hosts = createHosts({
      agentFile: agent.agentFile,
      person: await newPerson(dir, sshd ? [sshd] : []),
      questions: unanswered,
      remoteHome: path.join(dir, 'remote'),
      clock: systemClock,
      random: systemRandom,
      log: silentLog,
    });
    const { workspaces } = createPlaces({
      ...noAnswers,
      store,
      hosts,
      startLocal: async () => ({ client: agent.client, close() {} }),
      clock: systemClock,
      log: silentLog,
      mask: createMask(() => []),
      random: systemRandom,
      agentFile: agent.agentFile,
      templatesDir: path.join(dir, 'templates'),
      hasLocalRecords: () => false,
      ownerId,
    });
    onTestFinished(async () => {
      await workspaces.close();
      await hosts.close();
    });
    await workspaces.start();
    return workspaces;
  };
  return { workspaces: await start(), dir, again: start };
}

async function listWhere(
  workspaces: Workspaces,
  holds: (list: readonly WorkspaceSummary[]) => boolean,
): Promise<readonly WorkspaceSummary[]> {
  for await (const list of workspaces.watch(signal)) if (holds(list)) return list;
  throw new Error('The feed ended first.');
}

test('the same folder is the same workspace, under every name and after a restart', async () => {
  const { workspaces, dir, again } = await openApp();
  const folder = path.join(dir, 'größe 日本');
  await mkdir(folder);
  await symlink(folder, path.join(dir, 'link'));
  const first = await workspaces.openFolder(folder);
  expect(await workspaces.openFolder(path.join(dir, 'link'))).toEqual(first);
  expect(workspaces.list()).toMatchObject([
    {
      kind: 'local',
      name: 'größe 日本',
      directory: folder,
      mode: 'ask',
      hostId: null,
      link: { state: 'up' },
    },
  ]);
  const id = idOf(first);
  await workspaces.setMode(id, 'edit');
  const restarted = await again();
  expect(restarted.list()).toMatchObject([{ id, mode: 'edit' }]);
  const connection = await restarted.connectionFor(id);
  expect(connection).toMatchObject({
    directory: folder,
    host: 'this computer',
    platform: process.platform,
  });
  expect((await connection.client.stat(folder, { signal })).kind).toBe('directory');
});

test('what is no folder opens nothing', async () => {
  const { workspaces, dir } = await openApp();
  expect(await workspaces.openFolder(path.join(dir, 'none'))).toMatchObject({
    error: { code: 'not-found' },
  });
  expect(workspaces.list()).toEqual([]);
});

test('the branch is shown, also of a worktree, and follows what git does', async () => {
  const { workspaces, dir } = await openApp();
  const git = (...args: string[]) =>
    run('git', ['-C', dir, '-c', 'user.name=a', '-c', 'user.email=a@b', ...args]);
  await git('init', '-b', 'trunk', 'repo');
  await git('-C', 'repo', 'commit', '--allow-empty', '-m', 'x');
  await git('-C', 'repo', 'worktree', 'add', '-b', 'topic', '../tree');
  await workspaces.openFolder(path.join(dir, 'tree'));
  idOf(await workspaces.openFolder(path.join(dir, 'repo')));
  const list = await listWhere(workspaces, (all) => all.every((one) => one.branch !== null));
  expect(list.map((one) => one.branch)).toEqual(['trunk', 'topic']);
  await git('-C', 'repo', 'switch', '-c', 'next');
  expect(await listWhere(workspaces, ([one]) => one?.branch === 'next')).toHaveLength(2);
});

test('an agent that does not start is a problem with a sentence, and is tried again', async () => {
  const { store } = await openTestStore<WorkspaceOperations>([
    { role: 'owner', operations: workspaceOperations },
  ]);
  onTestFinished(() => store.close());
  let broken = true;
  const { workspaces } = createPlaces({
    ...noAnswers,
    store,
    hosts: { host: () => Promise.reject(new Error('no hosts here')) as never },
    startLocal: async () => {
      if (broken) throw new Error('node is missing');
      return { client: agent.client, close() {} };
    },
    clock: systemClock,
    log: silentLog,
    mask: createMask(() => []),
    random: systemRandom,
    agentFile: agent.agentFile,
    templatesDir: path.join(base, 'templates'),
    hasLocalRecords: () => false,
    ownerId,
  });
  onTestFinished(() => workspaces.close());
  await workspaces.start();
  const id = idOf(await workspaces.openFolder(base));
  await expect(workspaces.connectionFor(id)).rejects.toMatchObject({
    code: 'no-agent',
    message: expect.stringContaining('node is missing'),
  });
  expect(workspaces.list()).toMatchObject([{ link: { state: 'down' } }]);
  broken = false;
  expect((await workspaces.connectionFor(id)).client).toBe(agent.client);
  expect(workspaces.list()).toMatchObject([{ link: { state: 'up' } }]);
});

test('a process is followed while it runs, from any cursor', async () => {
  const { workspaces, dir } = await openApp();
  const workspaceId = idOf(await workspaces.openFolder(dir));
  const chatId = asId<ChatId>('6a7b1c1e-0000-4000-8000-000000000042');
  const { client } = await workspaces.connectionFor(workspaceId);
  const processId = await start(
    client,
    dir,
    chatId,
    'printf "häl"; while [ ! -e go ]; do sleep 0.05; done; echo lo; exit 4',
  );
  const feed = workspaces.watchProcess({ workspaceId, chatId, processId, after: 0 }, signal);
  let text = '';
  let last: ProcessOutputEvent | null = null;
  for await (const event of feed) {
    last = event;
    if (event.type !== 'output') continue;
    text += event.text;
    if (text === 'häl') await writeFile(path.join(dir, 'go'), '');
  }
  expect(text).toBe('hällo\n');
  expect(last).toEqual({ type: 'exit', exitCode: 4 });
  expect(await all(workspaces.watchProcess({ workspaceId, chatId, processId, after: -3 }, signal))).toEqual(
    [
      { type: 'output', text: 'lo\n', next: 7, skipped: 0 },
      { type: 'exit', exitCode: 4 },
    ],
  );
});

test('a feed that is left ends the wait on the agent', async () => {
  const { workspaces, dir } = await openApp();
  const workspaceId = idOf(await workspaces.openFolder(dir));
  const chatId = asId<ChatId>('6a7b1c1e-0000-4000-8000-000000000043');
  const { client } = await workspaces.connectionFor(workspaceId);
  const processId = await start(client, dir, chatId, 'echo up; exec sleep 600');
  const controller = new AbortController();
  const seen: ProcessOutputEvent[] = [];
  const watched = { workspaceId, chatId, processId, after: 0 };
  for await (const event of workspaces.watchProcess(watched, controller.signal)) {
    seen.push(event);
    controller.abort();
  }
  expect(seen).toEqual([{ type: 'output', text: 'up\n', next: 3, skipped: 0 }]);
});

const missing = sshdMissing();
if (missing) console.log(`not run here: ${missing}`);

describe.skipIf(missing)('over SSH', () => {
  async function openHost(): Promise<App & { sshd: Sshd; target: string }> {
    const sshd = await startSshd();
    onTestFinished(() => sshd.dispose());
    const app = await openApp(sshd);
    return { ...app, sshd, target: `${sshd.username}@${sshd.hostname}:${sshd.port}` };
  }

  test('a directory on a host is opened, used and found again', async () => {
    const { workspaces, dir, again, sshd, target } = await openHost();
    const directory = path.join(dir, 'far wörk');
    await run('git', ['init', '--quiet', '--initial-branch=far', directory]);
    const id = idOf(await workspaces.openSsh({ target, directory, identityFile: sshd.clientKey }));
    onTestFinished(() => endAgent(workspaces, id));
    expect(await listWhere(workspaces, ([one]) => one?.branch === 'far')).toMatchObject([
      { kind: 'ssh', name: 'far wörk', directory, host: target, mode: 'edit', link: { state: 'up' } },
    ]);
    const same = await workspaces.openSsh({
      target,
      directory: `${directory}/`,
      identityFile: sshd.clientKey,
    });
    expect(idOf(same)).toBe(id);
    const restarted = await again();
    expect(restarted.list()).toMatchObject([{ id, link: { state: 'idle' } }]);
    const connection = await restarted.connectionFor(id);
    expect(connection).toMatchObject({ directory, host: target, platform: process.platform });
    expect((await connection.client.stat(directory, { signal })).kind).toBe('directory');
  });

  test('each failure has its code and leaves nothing behind', async () => {
    const { workspaces, dir, sshd, target } = await openHost();
    const codeOf = async (request: {
      target?: string;
      directory?: string;
      identityFile?: string | null;
    }) => {
      const opened = await workspaces.openSsh({
        target,
        directory: dir,
        identityFile: sshd.clientKey,
        ...request,
      });
      return opened.ok ? 'opened' : opened.error.code;
    };
    expect(await codeOf({ target: '-oProxyCommand=x' })).toBe('bad-target');
    expect(await codeOf({ target: `${sshd.username}@127.0.0.1:1` })).toBe('unreachable');
    expect(await codeOf({ identityFile: sshd.strangerKey })).toBe('auth');
    expect(await codeOf({ directory: path.join(dir, 'none') })).toBe('not-a-folder');
    expect(workspaces.list()).toEqual([]);
    const id = idOf(await workspaces.openSsh({ target, directory: dir, identityFile: sshd.clientKey }));
    await endAgent(workspaces, id);
  });
});

function idOf(opened: Awaited<ReturnType<Workspaces['openFolder' | 'openSsh']>>): WorkspaceId {
  if (!opened.ok) throw new Error(opened.error.message);
  return opened.value;
}

async function start(
  client: AgentClient,
  workdir: string,
  chatId: string,
  command: string,
): Promise<string> {
  const { id } = await client.startProcess(
    { command, workdir },
    { chatId, key: `${chatId}:${command}`, signal },
  );
  return id;
}

async function all(feed: AsyncIterable<ProcessOutputEvent>): Promise<ProcessOutputEvent[]> {
  const events: ProcessOutputEvent[] = [];
  for await (const event of feed) events.push(event);
  return events;
}

async function endAgent(workspaces: Workspaces, id: WorkspaceId): Promise<void> {
  const { client } = await workspaces.connectionFor(id);
  await client.shutdown(true, { signal: AbortSignal.timeout(10_000) });
}

import { execFileSync } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { appendFile, mkdir, mkdtemp, rename, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import type { AgentEvent, EventsRequest } from '@shared/agent-protocol/events.ts';
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import type { AgentError } from './client.ts';
import { isProcessAlive, startTestAgent, type TestAgent } from './test-agent.ts';

let agent: TestAgent;
const signal = AbortSignal.timeout(600_000);
const keyed = (chatId: string) => ({ signal, key: randomUUID(), chatId });

beforeAll(async () => {
  agent = await startTestAgent();
});
afterAll(() => agent.close());

/** Follows until the test is over; `until` answers the first event from now on that is wanted. */
function follow(query: EventsRequest, chatId?: string, by = agent) {
  const left = new AbortController();
  const until = AbortSignal.any([signal, left.signal]);
  const events = by.client.events(query, { signal: until, ...(chatId ? { chatId } : {}) });
  const iterator = events[Symbol.asyncIterator]();
  const leave = async () => {
    left.abort();
    await iterator.next().catch(() => undefined);
  };
  onTestFinished(leave);
  return {
    leave,
    async until<E extends AgentEvent>(wanted: (event: AgentEvent) => event is E): Promise<E> {
      for (;;) {
        const next = await iterator.next();
        if (next.done) throw new Error('the events ended');
        if (wanted(next.value)) return next.value;
      }
    },
  };
}

const processes =
  (test: (list: Extract<AgentEvent, { type: 'processes' }>['processes']) => boolean) =>
  (event: AgentEvent): event is Extract<AgentEvent, { type: 'processes' }> =>
    event.type === 'processes' && test(event.processes);
const output =
  (test: (event: Extract<AgentEvent, { type: 'output' }>) => boolean) =>
  (event: AgentEvent): event is Extract<AgentEvent, { type: 'output' }> =>
    event.type === 'output' && test(event);
type Directory = Extract<AgentEvent, { type: 'directory' }>;
const directory =
  (test: (event: Directory) => boolean) =>
  (event: AgentEvent): event is Directory =>
    event.type === 'directory' && test(event);
type Repository = Extract<AgentEvent, { type: 'repository' }>;
const repository =
  (test: (state: NonNullable<Repository['repository']>) => boolean) =>
  (event: AgentEvent): event is Repository =>
    event.type === 'repository' && event.repository !== null && test(event.repository);
const noRepository = (event: AgentEvent): event is Repository =>
  event.type === 'repository' && event.repository === null;

const newDir = () => mkdtemp(path.join(agent.dir, 'Ordner ü '));

describe('processes', () => {
  it('tells of a start, of output and of an exit, and only to the chat that they belong to', async () => {
    const chatId = randomUUID();
    const dir = await newDir();
    const mine = follow({ processes: true }, chatId);
    const others = follow({ processes: true }, randomUUID());
    await mine.until(processes((list) => list.length === 0));
    await others.until(processes((list) => list.length === 0));

    const command = `echo one; while [ ! -e go ]; do sleep 0.05; done; echo two; exit 3`;
    const { id } = await agent.client.startProcess(
      { command, workdir: dir, background: true },
      keyed(chatId),
    );
    const started = await mine.until(processes((list) => list.length === 1));
    expect(started.processes).toMatchObject([
      { id, command, workdir: dir, background: true, running: true },
    ]);
    await mine.until(output((event) => event.id === id && event.total === 4));
    await writeFile(path.join(dir, 'go'), '');
    const ended = await mine.until(processes(([one]) => one?.running === false));
    expect(ended.processes).toMatchObject([{ id, running: false, exit_code: 3 }]);

    // Whoever comes later begins with all of it.
    const late = follow({ processes: true }, chatId);
    await late.until(processes(([one]) => one?.exit_code === 3));
    await late.until(output((event) => event.total === 8));
    // The others' next word is about one of their own.
    const theirs = randomUUID();
    const other = follow({ processes: true }, theirs);
    await other.until(processes((list) => list.length === 0));
    const next = await agent.client.startProcess({ command: 'true' }, keyed(theirs));
    const seen = await other.until(processes((list) => list.length > 0));
    expect(seen.processes.map((one) => one.id)).toEqual([next.id]);
  });

  it('finds out that a process ended whose launcher was killed with it', async () => {
    const chatId = randomUUID();
    const { id } = await agent.client.startProcess({ command: 'echo $PPID; sleep 600' }, keyed(chatId));
    const events = follow({ processes: true }, chatId);
    await events.until(output((event) => event.total > 1));
    const { output: text } = await agent.client.processOutput(id, false, { signal });
    const launcher = Number(text.trim());
    expect(launcher).toBeGreaterThan(1);
    process.kill(launcher, 'SIGKILL');
    await agent.client.signalProcess(id, 'kill', keyed(chatId));
    const ended = await events.until(processes(([one]) => one?.running === false));
    expect(ended.processes[0]?.exit_code).toBe(-1);
  });
});

describe('directories', () => {
  it('tells which names came, changed and went', async () => {
    const dir = await newDir();
    const events = follow({ directories: [dir] });
    expect(await events.until(directory(() => true))).toEqual({
      type: 'directory',
      path: dir,
      state: 'present',
      real_path: dir,
      stamp: (await agent.client.listDirectory(dir, { signal })).stamp,
      entries: true,
      names: null,
    });
    await writeFile(path.join(dir, 'a.txt'), 'x');
    await events.until(directory((event) => event.entries && event.names?.includes('a.txt') !== false));
    await appendFile(path.join(dir, 'a.txt'), 'y');
    await events.until(directory((event) => event.names?.includes('a.txt') !== false));
    await rename(path.join(dir, 'a.txt'), path.join(dir, 'b.txt'));
    await events.until(directory((event) => event.entries && event.names?.includes('b.txt') !== false));
    await rm(path.join(dir, 'b.txt'));
    await events.until(directory((event) => event.entries));
  });

  it('follows one that is missing, comes, is replaced and goes', async () => {
    const parent = await newDir();
    const dir = path.join(parent, 'later');
    const events = follow({ directories: [dir] });
    await events.until(directory((event) => event.state === 'missing'));
    await mkdir(dir);
    await events.until(directory((event) => event.state === 'present'));
    const other = path.join(parent, 'other');
    await mkdir(other);
    await rename(dir, path.join(parent, 'old'));
    await rename(other, dir);
    await events.until(directory((event) => event.state === 'present' && event.entries));
    // It is the new one that is heard of.
    await writeFile(path.join(dir, 'in the new one'), '');
    await events.until(directory((event) => event.names?.includes('in the new one') ?? false));
    await rm(dir, { recursive: true });
    const gone = await events.until(directory((event) => event.state === 'missing'));
    expect(gone).toMatchObject({ path: dir, entries: true, names: null });
  });

  it('joins what happens at once', async () => {
    const dir = await newDir();
    const events = follow({ directories: [dir] });
    await events.until(directory(() => true));
    const command = 'for i in $(seq 1 2000); do : > "f$i"; done; : > last';
    const { id } = await agent.client.startProcess({ command, workdir: dir }, keyed(randomUUID()));
    await agent.client.processOutput(id, true, { signal });
    let count = 0;
    // More names than an event lists may be anything.
    await events.until(
      directory((event) => {
        count += 1;
        return event.names === null || event.names.includes('last');
      }),
    );
    expect(count).toBeLessThan(200);
  });

  it('does not look into what belongs to the agent', async () => {
    const events = follow({ directories: [path.join(agent.home, 'runs')] });
    const told = await events.until(directory(() => true));
    expect(told.state).toBe('refused');
  });
});

describe('repositories', () => {
  const git = (cwd: string, ...args: string[]) =>
    execFileSync('git', ['-c', 'user.name=T', '-c', 'user.email=t@example.com', ...args], {
      cwd,
      encoding: 'utf8',
    }).trim();

  it('tells of one that is made, of its branch and its commits, and of its end', async () => {
    const dir = await newDir();
    const events = follow({ repositories: [dir] });
    await events.until(noRepository);
    git(dir, 'init', '--quiet', '--initial-branch=main');
    const made = await events.until(repository((state) => state.branch === 'main'));
    expect(made.repository).toMatchObject({ root: dir, commit: null });

    const changed = async (act: () => unknown) => {
      const before = follow({ repositories: [dir] });
      const { repository: old } = await before.until(repository(() => true));
      await act();
      return before.until(repository((state) => state.stamp !== old?.stamp));
    };
    await writeFile(path.join(dir, 'a'), '1');
    await changed(() => git(dir, 'add', 'a'));
    await changed(() => git(dir, 'commit', '--quiet', '-m', 'one'));
    const branched = await changed(() => git(dir, 'switch', '--quiet', '-c', 'feature/x'));
    expect(branched.repository?.branch).toBe('feature/x');
    await changed(() => git(dir, 'update-ref', 'refs/heads/feature/deep/y', 'HEAD'));
    await changed(() => git(dir, 'update-ref', 'refs/heads/feature/deep/z', 'HEAD'));
    await changed(() => git(dir, 'pack-refs', '--all'));
    const head = git(dir, 'rev-parse', 'HEAD');
    const detached = await changed(() => git(dir, 'checkout', '--quiet', '--detach'));
    expect(detached.repository).toMatchObject({ branch: null, commit: head });

    await rm(path.join(dir, '.git'), { recursive: true });
    await events.until(noRepository);
  });

  it('follows a working tree of its own, from a directory deep inside', async () => {
    const dir = await newDir();
    git(dir, 'init', '--quiet', '--initial-branch=main');
    git(dir, 'commit', '--quiet', '--allow-empty', '-m', 'one');
    const tree = path.join(agent.dir, `tree ${path.basename(dir)}`);
    git(dir, 'worktree', 'add', '--quiet', '-b', 'side', tree);
    const deep = path.join(tree, 'a', 'b');
    await mkdir(deep, { recursive: true });
    const events = follow({ repositories: [deep, path.join(dir, '.git')] });
    const inside = await events.until(repository((state) => state.branch === 'side'));
    expect(inside).toMatchObject({ path: deep, repository: { root: tree } });
    const bare = await events.until(repository((state) => state.root === null));
    expect(bare.repository?.branch).toBe('main');
    git(tree, 'switch', '--quiet', '-c', 'other');
    await events.until(repository((state) => state.branch === 'other'));
  });
});

describe('the stream', () => {
  const refused = async (query: EventsRequest) =>
    agent.client
      .events(query, { signal })
      [Symbol.asyncIterator]()
      .next()
      .then(
        () => null,
        ({ status, code }: AgentError) => ({ status, code }),
      );

  it('is refused without a subject, with a path that is not absolute, and with too many', async () => {
    const bad = { status: 400, code: 'bad-request' };
    expect(await refused({})).toEqual(bad);
    expect(await refused({ directories: ['here'] })).toEqual(bad);
    expect(await refused({ directories: Array.from({ length: 129 }, (_, at) => `/tmp/${at}`) })).toEqual(
      bad,
    );
  });

  it('takes the longest addresses', async () => {
    const directories = Array.from({ length: 128 }, (_, at) => `/no/${String(at).padEnd(2_000, 'x')}`);
    const events = follow({ directories });
    const last = await events.until(directory((event) => event.path === directories[127]));
    expect(last.state).toBe('missing');
  });

  it('is not opened without bound', async () => {
    const other = await startTestAgent();
    onTestFinished(() => other.close());
    const query = { directories: [other.dir] };
    const open = Array.from({ length: 32 }, () => follow(query, undefined, other));
    await Promise.all(open.map(({ until }) => until(directory(() => true))));
    const oneMore = () =>
      follow(query, undefined, other)
        .until(directory(() => true))
        .then(
          () => 'opened',
          ({ status, code }: AgentError) => `${status} ${code}`,
        );
    expect(await oneMore()).toBe('503 busy');
    await open[0]?.leave();
    await expect.poll(oneMore, { timeout: 60_000 }).toBe('opened');
  });

  it('goes on over the death of the agent, with the present state again', async () => {
    const other = await startTestAgent();
    onTestFinished(() => other.close());
    const chatId = randomUUID();
    const events = follow({ processes: true, directories: [other.dir] }, chatId, other);
    await events.until(processes((list) => list.length === 0));
    const command = 'sleep 600';
    const { id } = await other.client.startProcess({ command, background: true }, keyed(chatId));
    await events.until(processes((list) => list.length === 1));
    await other.kill();
    const again = await events.until(processes((list) => list.length === 1));
    expect(again.processes).toMatchObject([{ id, running: true }]);
    await events.until(directory((event) => event.state === 'present'));
    await other.client.signalProcess(id, 'kill', keyed(chatId));
    await events.until(processes(([one]) => one?.running === false));
  });

  it('is over when the agent is told to end, and does not start it again', async () => {
    const other = await startTestAgent();
    onTestFinished(() => other.close());
    const { pid } = other.local.address;
    const events = follow({ directories: [other.dir] }, undefined, other);
    await events.until(directory(() => true));
    await other.client.shutdown(true, { signal });
    await expect(events.until(directory(() => false))).rejects.toThrow('the events ended');
    await expect.poll(() => isProcessAlive(pid), { timeout: 60_000 }).toBe(false);
    expect(other.local.address.pid).toBe(pid);
  });

  it('keeps an agent from ending for idleness, until its client goes', async () => {
    const other = await startTestAgent({ idleMs: 300 });
    onTestFinished(() => other.close());
    const { pid } = other.local.address;
    const events = follow({ directories: [other.dir] }, undefined, other);
    await events.until(directory(() => true));
    // Each word comes a tenth of a second after its reason: in all far longer than it would have waited alone.
    for (let count = 0; count < 30; count += 1) {
      await writeFile(path.join(other.dir, `${count}`), '');
      await events.until(directory((event) => event.entries));
    }
    expect(isProcessAlive(pid)).toBe(true);
    await events.leave();
    await expect.poll(() => isProcessAlive(pid), { timeout: 60_000 }).toBe(false);
  });
});

import { randomUUID } from 'node:crypto';
import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, readdir, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, onTestFinished, test, vi } from 'vitest';
import { buildAgent } from '../../e2e/fixtures/agent-bundle.ts';
import { accountMissing } from '../../e2e/fixtures/ssh-account.ts';
import { type SshdOptions, sshdMissing } from '../../e2e/fixtures/sshd.ts';
import { systemClock } from '../base/clock.ts';
import { systemRandom } from '../base/random.ts';
import { removeFromHost } from '../ssh/remove.ts';
import { newDirectory, openHost } from '../ssh/test-host.ts';
import { followProcess, type TestProcess } from '../ssh/test-process.ts';
import type { AgentCall, KeyedCall } from './client.ts';
import { createHosts } from './hosts.ts';
import { newTestPlace, type TestPlace } from './test-place.ts';

// Servers, agents and uploads take their time on a busy machine.
vi.setConfig({ testTimeout: 180_000 });

const missing = sshdMissing();
if (missing) console.log(`not run here: ${missing}`);

const signal = new AbortController().signal;
const call: AgentCall = { signal };
let nextKey = 0;
const keyed = (): KeyedCall => ({ signal, key: `remove:${process.pid}:${nextKey++}` });

let base: string;
let agentFile: string;
beforeAll(async () => {
  base = await mkdtemp(path.join(os.tmpdir(), 'gaffer-remove-'));
  agentFile = await buildAgent(path.join(base, 'bundle'));
});
afterAll(() => rm(base, { recursive: true, force: true, maxRetries: 20, retryDelay: 50 }));

/** With an agent that has run a command; whatever the test leaves running is ended. */
async function openPlace(
  options: SshdOptions = {},
): Promise<TestPlace & { home: string; agent: TestProcess }> {
  const place = await newTestPlace(base, options, { agentFile });
  const agent = await followProcess((await place.host.client.hello(call)).pid);
  onTestFinished(() => agent.kill('SIGKILL'));
  const { id } = await place.host.client.startProcess({ command: 'echo done' }, keyed());
  await place.host.client.processOutput(id, true, call);
  return { ...place, agent, home: path.join(place.dir, 'remote home') };
}

/** A command that runs until the test ends it. */
async function startLasting({ host, dir }: TestPlace): Promise<TestProcess> {
  const command = `echo $$ > pid.new; mv pid.new pid; while :; do sleep 0.1; done`;
  await host.client.startProcess({ command, workdir: dir }, keyed());
  const file = path.join(dir, 'pid');
  await expect.poll(() => existsSync(file), { timeout: 60_000 }).toBe(true);
  const running = await followProcess(Number(await readFile(file, 'utf8')));
  onTestFinished(() => running.kill('SIGKILL'));
  return running;
}

describe.skipIf(missing)('removing Gaffer from a host', () => {
  test('ends the agent and removes its home, and nothing beside it', async () => {
    const place = await openPlace();
    await writeFile(path.join(place.dir, 'mine'), 'stays');
    const removal = await place.host.remove(false, signal);
    expect(removal).toMatchObject({
      kind: 'removed',
      path: place.home,
      stoppedAgents: 1,
      stoppedProcesses: 0,
      kept: [],
    });
    expect(removal.kind === 'removed' && removal.freedBytes).toBeGreaterThan(100_000);
    expect(existsSync(place.home)).toBe(false);
    expect(await readFile(path.join(place.dir, 'mine'), 'utf8')).toBe('stays');
    await place.agent.gone();
    expect(place.host.state).toEqual({ state: 'idle' });
    await expect(place.host.client.hello(call)).rejects.toMatchObject({ code: 'closed' });
    const again = createHosts(place.deps);
    onTestFinished(() => again.close());
    expect(await again.host(place.config).remove(false, signal)).toEqual({
      kind: 'absent',
      path: place.home,
    });
  });

  test('names what runs and touches nothing, until it is told to stop it', async () => {
    const place = await openPlace();
    const running = await startLasting(place);
    const busy = await place.host.remove(false, signal);
    expect(busy).toMatchObject({ kind: 'busy', path: place.home, terminals: 0, elsewhere: [] });
    expect(busy.kind === 'busy' && busy.processes).toEqual([
      { command: expect.stringContaining('while :'), workdir: place.dir, startedAt: expect.any(String) },
    ]);
    expect((await place.host.client.hello(call)).pid).toBe(place.agent.pid);
    expect(await running.isAlive()).toBe(true);
    expect(await place.host.remove(true, signal)).toMatchObject({ kind: 'removed', stoppedProcesses: 1 });
    await running.gone();
    await place.agent.gone();
    expect(existsSync(place.home)).toBe(false);
  });

  test('an open terminal runs, too', async () => {
    const place = await openPlace();
    const terminal = { id: randomUUID(), workspace: place.dir, cols: 80, rows: 24 };
    await place.host.client.openTerminal(terminal, keyed());
    expect(await place.host.remove(false, signal)).toMatchObject({
      kind: 'busy',
      processes: [],
      terminals: 1,
    });
    expect((await place.host.client.listTerminals(place.dir, null, call)).terminals).toMatchObject([
      { id: terminal.id, state: 'running' },
    ]);
    expect(await place.host.remove(true, signal)).toMatchObject({ kind: 'removed' });
    await place.agent.gone();
  });

  test('a call that waits meanwhile does not bring the agent back', async () => {
    const place = await openPlace();
    await startLasting(place);
    const [info] = await place.host.client.listProcesses(call);
    const waiting = place.host.client.processOutput(info?.id ?? '', true, call).catch(() => null);
    const asking = Promise.allSettled(
      Array.from({ length: 20 }, () => place.host.client.listProcesses(call)),
    );
    await place.host.remove(true, signal);
    await Promise.all([waiting, asking]);
    await expect(place.host.client.listProcesses(call)).rejects.toMatchObject({ code: 'closed' });
    expect(existsSync(place.home)).toBe(false);
  });

  test('the agents of all versions', async () => {
    const place = await openPlace();
    const other = path.join(place.dir, 'other.cjs');
    await writeFile(other, `${await readFile(agentFile, 'utf8')}\n// another build\n`);
    const hosts = createHosts({ ...place.deps, agentFile: other });
    onTestFinished(() => hosts.close());
    const second = await followProcess((await hosts.host(place.config).client.hello(call)).pid);
    onTestFinished(() => second.kill('SIGKILL'));
    expect(second.pid).not.toBe(place.agent.pid);
    expect(await place.host.remove(false, signal)).toMatchObject({ kind: 'removed', stoppedAgents: 2 });
    await second.gone();
  });

  test('one session that the connections hold is enough', async () => {
    const place = await openPlace({ config: ['DisableForwarding yes', 'MaxSessions 1'] });
    expect(place.reached.map(({ way }) => way)).toEqual(['bridge']);
    expect(await place.host.remove(false, signal)).toMatchObject({ kind: 'removed', stoppedAgents: 1 });
    await place.agent.gone();
  });

  test('what others have put there stays, and is named', async () => {
    const place = await openPlace();
    await writeFile(path.join(place.home, 'notes.txt'), 'mine');
    await writeFile(path.join(place.home, '.hidden'), 'mine');
    const removal = await place.host.remove(false, signal);
    expect(removal.kind === 'removed' && [...removal.kept].sort()).toEqual(['.hidden', 'notes.txt']);
    expect((await readdir(place.home)).sort()).toEqual(['.hidden', 'notes.txt']);
  });

  test('an agent of another machine that shares the home is not overlooked', async () => {
    const place = await openPlace();
    await mkdir(path.join(place.home, 'run/elsewhere'));
    await writeFile(path.join(place.home, 'run/elsewhere/0123456789ab.lock'), '{}');
    expect(await place.host.remove(false, signal)).toMatchObject({
      kind: 'busy',
      elsewhere: ['elsewhere'],
    });
    expect(await place.host.remove(true, signal)).toMatchObject({ kind: 'removed' });
  });

  test('links are not followed', async () => {
    const place = await openPlace();
    const treasure = path.join(place.dir, 'treasure');
    await mkdir(treasure);
    await writeFile(path.join(treasure, 'gold'), '');
    await rm(path.join(place.home, 'runtime'), { recursive: true, force: true });
    await symlink(treasure, path.join(place.home, 'runtime'));
    await symlink(treasure, path.join(place.home, 'runs', 'link'));
    expect(await place.host.remove(false, signal)).toMatchObject({ kind: 'removed', kept: [] });
    expect(await readdir(treasure)).toEqual(['gold']);
  });
});

const noAccount = missing ?? accountMissing();

describe.skipIf(noAccount)('places that are not removed', () => {
  async function removal(agentHome: (home: string) => string, prepare: (home: string) => Promise<unknown>) {
    const { session, sshd } = await openHost({ account: {}, world: { hideNode: true } });
    const home = sshd.home ?? '';
    await prepare(home);
    const deps = { session, host: 'test host', clock: systemClock, random: systemRandom };
    const options = { agentHome: agentHome(home), force: true };
    return { home, result: await removeFromHost(deps, options, signal) };
  }
  const fill = (dir: string) => mkdir(path.join(dir, 'agent/0123456789abcdef'), { recursive: true });

  test.each([
    ['the home itself', (home: string) => home],
    ['the home by another name', (home: string) => `${home}/x/..`],
    ['the home of all', (home: string) => path.dirname(home)],
    ['everything', () => '/'],
    ['the home as ~', () => '~/'],
  ])('%s', async (_what, agentHome) => {
    const { home, result } = await removal(agentHome, async (dir) => {
      await fill(dir);
      await mkdir(path.join(dir, 'x'));
    });
    expect(result).toMatchObject({
      kind: 'refused',
      message: expect.stringContaining('no place that Gaffer'),
    });
    expect((await readdir(home)).sort()).toEqual(['agent', 'x']);
  });

  test('a link to somewhere else', async () => {
    const elsewhere = await newDirectory();
    await fill(elsewhere);
    const { result } = await removal(
      () => '~/.gaffer',
      (home) => symlink(elsewhere, path.join(home, '.gaffer')),
    );
    expect(result).toMatchObject({ kind: 'refused', message: expect.stringContaining('is a link') });
    expect(await readdir(elsewhere)).toEqual(['agent']);
  });

  test('a directory that our agent never used, and a file', async () => {
    const { home, result } = await removal(
      () => '~/app',
      (dir) => mkdir(path.join(dir, 'app/log'), { recursive: true }),
    );
    expect(result).toMatchObject({
      kind: 'refused',
      message: expect.stringContaining('nothing that Gaffer made'),
    });
    expect(await readdir(path.join(home, 'app'))).toEqual(['log']);
    const file = await removal(
      () => '~/file',
      (dir) => writeFile(path.join(dir, 'file'), ''),
    );
    expect(file.result).toMatchObject({
      kind: 'refused',
      message: expect.stringContaining('no directory'),
    });
  });

  test('but what an agent left is, on a host without Node.js', async () => {
    const { home, result } = await removal(
      () => '~/.gaffer',
      async (dir) => {
        await fill(path.join(dir, '.gaffer'));
        await mkdir(path.join(dir, '.gaffer/runs/old'), { recursive: true });
        await writeFile(path.join(dir, '.gaffer/runs/old/started'), '{"pid":1,"start":"other:1"}');
      },
    );
    expect(result).toMatchObject({ kind: 'removed', path: `${home}/.gaffer`, stoppedAgents: 0 });
    expect(await readdir(home)).toEqual([]);
  });
});

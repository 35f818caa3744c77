import { existsSync } from 'node:fs';
import { mkdtemp, readFile, realpath, rm, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import type { WorkspaceId } from '@shared/model/ids.ts';
import { describe, expect, onTestFinished, test, vi } from 'vitest';
import { sshdMissing, startSshd } from '../../../e2e/fixtures/sshd.ts';
import { startTestAgent } from '../../agent-client/test-agent.ts';
import { runHere } from '../../ssh/run-command.ts';
import { type DevcontainerWorld, makeDevcontainer } from './test-devcontainer.ts';
import { builtIn, newRepository, openWorkshop, until, type Workshop } from './test-workshop.ts';

// Each starts scripts, some a server: on a loaded machine that takes its time.
vi.setConfig({ testTimeout: 180_000 });

const missing = sshdMissing();
const signal = AbortSignal.timeout(600_000);

/** On a machine with a dev container CLI that plays recorded transcripts. The container's agent ends with the test. */
async function open(remote: boolean): Promise<Workshop & { readonly world: DevcontainerWorld }> {
  const base = await realpath(await mkdtemp(path.join(os.tmpdir(), 'gaffer-container-')));
  onTestFinished(() => rm(base, { recursive: true, force: true, maxRetries: 20, retryDelay: 50 }));
  const local = await makeDevcontainer(path.join(base, 'here'));
  const agent = await startTestAgent({ env: { HOME: local.home } });
  onTestFinished(() => agent.close());
  const run = runHere({ ...process.env, HOME: local.home });
  if (!remote) return { ...(await openWorkshop({ agent, run })), world: local };
  // Its login shells find the programs.
  const world = await makeDevcontainer(path.join(base, 'there'));
  const sshd = await startSshd({ setEnv: { HOME: world.home, SHELL: '/bin/sh' } });
  onTestFinished(() => sshd.dispose());
  return { ...(await openWorkshop({ agent, run, sshd })), world };
}

async function make(workshop: Workshop, parameters = {}): Promise<WorkspaceId> {
  const { dir, create, settled } = workshop;
  const repository = await newRepository(path.join(dir, 'repo'));
  const id = await create(builtIn('container'), {
    name: 'boxed',
    parameters: { repository: repository.path, directory: path.join(dir, 'boxed'), ...parameters },
  });
  await settled(id);
  return id;
}

async function endAgent({ places }: Workshop, id: WorkspaceId): Promise<void> {
  const { client } = await places.workspaces.connectionFor(id);
  await client.shutdown(true, { signal: AbortSignal.timeout(10_000) });
}

describe.each([
  { where: 'on this computer', remote: false },
  { where: 'on a host', remote: true },
])('a dev container $where (recorded transcripts of the CLI)', ({ remote }) => {
  test.skipIf(missing !== null && remote)(
    'is made, worked in, stopped, started again and removed',
    async () => {
      const workshop = await open(remote);
      const { places, world, dir } = workshop;
      const id = await make(workshop);
      expect(places.workspaces.find(id)?.record.making).toMatchObject({ state: 'running', error: null });
      expect(places.workspaces.list().find((one) => one.id === id)).toMatchObject({
        kind: 'container',
        mode: 'auto',
        actions: ['stop', 'remove'],
      });
      const connection = await places.workspaces.connectionFor(id);
      expect(connection.directory).toBe(path.join(dir, 'boxed'));
      // The agent inside is another one than the machine's: it has the container's home.
      const hello = await connection.client.hello({ signal });
      expect(hello.home).toBe(path.join(world.dir, 'container home'));
      const request = { command: 'pwd; ls', workdir: connection.directory };
      const started = await connection.client.startProcess(request, { key: `ls:${id}`, signal });
      const output = await connection.client.processOutput(started.id, true, { signal });
      expect(output.output).toBe(`${connection.directory}\nfile.txt\n`);
      await endAgent(workshop, id);
      expect((await places.maker.stop(id)).ok).toBe(true);
      await workshop.settled(id);
      await expect(places.workspaces.connectionFor(id)).rejects.toMatchObject({ code: 'stopped' });
      expect((await places.maker.begin(id)).ok).toBe(true);
      expect(await workshop.settled(id)).toMatchObject({ state: 'running' });
      expect((await places.workspaces.connectionFor(id)).directory).toBe(path.join(dir, 'boxed'));
      await endAgent(workshop, id);
      expect(await places.maker.remover.remove(id, true)).toMatchObject({ value: { kind: 'removed' } });
      expect(existsSync(path.join(dir, 'boxed'))).toBe(false);
      expect(await readFile(path.join(world.dir, 'log'), 'utf8')).toContain('docker rm --force --volumes');
    },
  );
});

describe('a dev container that cannot be had', () => {
  test('says what the CLI said, keeps its clone, and can be started later', async () => {
    const workshop = await open(false);
    const { places, world } = workshop;
    await writeFile(path.join(world.dir, 'no-docker'), '');
    const id = await make(workshop);
    const making = places.workspaces.find(id)?.record.making;
    expect(making?.state).toBe('failed');
    expect(making?.error).toContain('An error occurred setting up the container.');
    expect(places.workspaces.list()).toMatchObject([{ id, actions: ['start', 'remove'] }]);
    await rm(path.join(world.dir, 'no-docker'));
    expect((await places.maker.begin(id)).ok).toBe(true);
    expect(await workshop.settled(id)).toMatchObject({ state: 'running', error: null });
    await endAgent(workshop, id);
  });

  test('a repository that would run a command on the machine itself is refused, unless that is allowed', async () => {
    const workshop = await open(false);
    const { places, world } = workshop;
    await writeFile(path.join(world.dir, 'initialize'), '');
    const id = await make(workshop);
    expect(places.workspaces.find(id)?.record.making?.error).toContain('initializeCommand');
    expect(await readFile(path.join(world.dir, 'log'), 'utf8')).not.toContain('devcontainer up');
    expect(await places.maker.remover.remove(id, false)).toMatchObject({ value: { kind: 'removed' } });
    const allowed = await make(
      { ...workshop, dir: path.join(workshop.dir, 'second') },
      { initialize: 'true' },
    );
    expect(places.workspaces.find(allowed)?.record.making).toMatchObject({ state: 'running' });
    await endAgent(workshop, allowed);
  });

  test('one that somebody stopped is a link that is down, until it is started', async () => {
    const workshop = await open(false);
    const { places, world } = workshop;
    const id = await make(workshop);
    await rm(path.join(world.dir, 'running'));
    await expect(places.workspaces.connectionFor(id)).rejects.toMatchObject({
      code: 'unreachable',
      message: expect.stringContaining('does not run'),
    });
    await until(() => places.workspaces.list()[0]?.state === 'unreachable');
    expect((await places.maker.begin(id)).ok).toBe(true);
    expect(await workshop.settled(id)).toMatchObject({ state: 'running' });
    expect((await places.workspaces.connectionFor(id)).host).toBe('this computer');
    await endAgent(workshop, id);
  });
});

import { existsSync } from 'node:fs';
import { mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { asId, type WorkspaceId } from '@shared/model/ids.ts';
import { afterEach, beforeEach, expect, onTestFinished, test, vi } from 'vitest';
import { sshdMissing, startSshd } from '../../../e2e/fixtures/sshd.ts';
import { startTestAgent, type TestAgent } from '../../agent-client/test-agent.ts';
import { builtIn, newRepository, openWorkshop, ownTemplate, repositoryAt, until } from './test-workshop.ts';

// Each starts scripts, some a server: on a loaded machine that takes its time.
vi.setConfig({ testTimeout: 180_000 });

let agent: TestAgent;
beforeEach(async () => {
  agent = await startTestAgent();
}, 180_000);
afterEach(() => agent.close());

const missing = sshdMissing();

/** Waits for `go`, and says what it did: once. */
const WAITING = `
echo ran >>"$GAFFER_PARAM_WORD/ran"
while [ ! -e "$GAFFER_PARAM_WORD/go" ]; do sleep 0.05; done
echo made >made.txt
`;

test('an app that ends in the middle finds what it began, and nothing runs twice', async () => {
  const first = await openWorkshop({ agent });
  const { dir } = first;
  const id = await first.create(ownTemplate('local', { provision: WAITING }), {
    parameters: { directory: path.join(dir, 'own'), word: dir },
  });
  await until(() => existsSync(path.join(dir, 'ran')));
  const second = await first.restart();
  expect(second.places.workspaces.list()).toMatchObject([
    { id, state: 'provisioning', script: 'provision' },
  ]);
  await writeFile(path.join(dir, 'go'), '');
  expect(await second.settled(id)).toMatchObject({ state: 'running', error: null });
  expect(await readFile(path.join(dir, 'ran'), 'utf8')).toBe('ran\n');
  expect(existsSync(path.join(dir, 'own', 'made.txt'))).toBe(true);
});

test('an agent that is killed in the middle is replaced, and the script goes on', async () => {
  const { dir, create, settled } = await openWorkshop({ agent });
  const id = await create(ownTemplate('local', { provision: WAITING }), {
    parameters: { directory: path.join(dir, 'own'), word: dir },
  });
  await until(() => existsSync(path.join(dir, 'ran')));
  await agent.kill();
  await writeFile(path.join(dir, 'go'), '');
  expect(await settled(id)).toMatchObject({ state: 'running', error: null });
  expect(await readFile(path.join(dir, 'ran'), 'utf8')).toBe('ran\n');
});

test.skipIf(missing)('a connection that is cut in the middle only takes longer', async () => {
  const sshd = await startSshd();
  onTestFinished(() => sshd.dispose());
  const { dir, create, settled } = await openWorkshop({ agent, sshd });
  const id = await create(ownTemplate('ssh', { provision: WAITING }), {
    parameters: { directory: path.join(dir, 'own'), word: dir },
  });
  await until(() => existsSync(path.join(dir, 'ran')));
  await sshd.cut();
  await writeFile(path.join(dir, 'go'), '');
  expect(await settled(id)).toMatchObject({ state: 'running', error: null });
  expect(await readFile(path.join(dir, 'ran'), 'utf8')).toBe('ran\n');
});

test('a failure in the middle names its last lines, and leaves only what was there before', async () => {
  const { places, dir, create, settled } = await openWorkshop({ agent });
  const repository = await newRepository(path.join(dir, 'repo'));
  const worktree = builtIn('worktree');
  const broken = {
    ...worktree,
    provision: `${worktree.provision ?? ''}\necho "cannot install a secret that Gaffer knows" >&2\nexit 7\n`,
  };
  const parameters = { repository: repository.path, directory: path.join(dir, 'own'), branch: 'topic' };
  const id = await create(broken, { parameters });
  const making = await settled(id);
  expect(making?.state).toBe('failed');
  expect(making?.error).toContain('The provision script ended with 7.');
  expect(making?.error).toContain('cannot install ‹secret›');
  expect(existsSync(path.join(dir, 'own'))).toBe(false);
  expect(await repository.git('branch', '--list', 'topic')).toBe('');
  expect(await repository.git('worktree', 'list', '--porcelain')).not.toContain(path.join(dir, 'own'));
  await expect(places.workspaces.connectionFor(id)).rejects.toMatchObject({ code: 'not-ready' });
  expect(await places.maker.remover.remove(id, false)).toMatchObject({ value: { kind: 'removed' } });
  expect(places.workspaces.find(id)).toBeUndefined();
});

test('a directory that is there already, and a branch that is there already, stay as they are', async () => {
  const { dir, create, settled } = await openWorkshop({ agent });
  const repository = await newRepository(path.join(dir, 'repo'));
  await repository.git('branch', 'topic');
  await mkdir(path.join(dir, 'there'));
  await writeFile(path.join(dir, 'there', 'mine.txt'), 'mine');
  const there = await create(builtIn('worktree'), {
    parameters: { repository: repository.path, directory: path.join(dir, 'there') },
  });
  expect((await settled(there))?.error).toContain('exists already');
  expect(await readFile(path.join(dir, 'there', 'mine.txt'), 'utf8')).toBe('mine');
  const taken = await create(builtIn('worktree'), {
    parameters: { repository: repository.path, directory: path.join(dir, 'new'), branch: 'topic' },
  });
  expect((await settled(taken))?.state).toBe('failed');
  expect(existsSync(path.join(dir, 'new'))).toBe(false);
  expect(await repository.git('branch', '--list', 'topic')).toContain('topic');
});

test('one that is given up is ended and deleted', async () => {
  const { places, dir, create, settled } = await openWorkshop({ agent });
  const id = await create(ownTemplate('local', { provision: WAITING }), {
    parameters: { directory: path.join(dir, 'own'), word: dir },
  });
  await until(() => existsSync(path.join(dir, 'ran')));
  expect(places.maker.cancel(id)).toEqual({ ok: true, value: null });
  expect(await settled(id)).toBe(null);
  expect(existsSync(path.join(dir, 'own'))).toBe(false);
  expect(places.maker.cancel(id)).toMatchObject({ error: { code: 'not-found' } });
  const running = await agent.client.listProcesses({ signal: AbortSignal.timeout(60_000) });
  expect(running.filter((one) => one.running)).toEqual([]);
});

test('after a lost database the machine tells what was made there', async () => {
  const first = await openWorkshop({ agent });
  const { dir } = first;
  const repository = await newRepository(path.join(dir, 'repo'));
  const parameters = { repository: repository.path, directory: path.join(dir, '{name}') };
  const id = await first.create(builtIn('worktree'), { name: 'kept', parameters });
  const gone = await first.create(builtIn('worktree'), { name: 'gone', parameters });
  await first.settled(id);
  await first.settled(gone);
  await rm(path.join(dir, 'gone'), { recursive: true });
  const second = await first.withNewDatabase();
  await until(() => second.places.workspaces.find(id) !== undefined);
  expect(second.places.workspaces.list()).toMatchObject([
    { id, name: 'kept', kind: 'worktree', directory: path.join(dir, 'kept'), state: 'running', made: true },
  ]);
  expect(await second.places.maker.remover.remove(id, false)).toMatchObject({ value: { kind: 'removed' } });
  expect(existsSync(path.join(dir, 'kept'))).toBe(false);
});

test('a directory that somebody deleted is marked, and one that is back can be used again', async () => {
  const first = await openWorkshop({ agent });
  const { dir } = first;
  const id = await first.create(builtIn('empty'), { parameters: { directory: path.join(dir, 'own') } });
  await first.settled(id);
  await rm(path.join(dir, 'own'), { recursive: true });
  const second = await first.restart();
  const stateIs = (state: string) => () =>
    second.places.workspaces.find(id)?.record.making?.state === state;
  await until(stateIs('removed'));
  await expect(second.places.workspaces.connectionFor(id)).rejects.toMatchObject({ code: 'deleted' });
  await mkdir(path.join(dir, 'own'));
  const third = await second.restart();
  await until(() => third.places.workspaces.find(id)?.record.making?.state === 'running');
});

test('the same key makes one workspace, also after a restart', async () => {
  const first = await openWorkshop({ agent });
  const { dir } = first;
  const request = { parameters: { directory: path.join(dir, 'own') }, key: 'call-1' };
  const id = await first.create(builtIn('empty'), request);
  expect(await first.create(builtIn('empty'), request)).toBe(id);
  await first.settled(id);
  const second = await first.restart();
  expect(await second.create(builtIn('empty'), request)).toBe(id);
});

test('a worktree beside another workspace begins at its present commit, once for a key', async () => {
  const { places, dir, create, settled, directoryOf } = await openWorkshop({ agent });
  const repository = await newRepository(path.join(dir, 'repo'));
  const from = await create(builtIn('worktree'), {
    parameters: { repository: repository.path, directory: path.join(dir, 'parent') },
  });
  await settled(from);
  const parent = repositoryAt(directoryOf(from));
  await writeFile(path.join(parent.path, 'second.txt'), 'second\n');
  await parent.git('add', '.');
  await parent.git('commit', '--quiet', '-m', 'second');
  expect(await places.workspaces.setTrust(from, 'trusted')).toBe(true);
  const request = { from, key: 'spawn-1', name: 'Fix the login!', signal: AbortSignal.timeout(60_000) };
  const [made, again] = await Promise.all([places.makeWorktree(request), places.makeWorktree(request)]);
  if (!made.ok) throw new Error(made.error.message);
  expect(again).toEqual(made);
  const child = repositoryAt(directoryOf(made.value));
  expect(child.path).toBe(path.join(dir, 'Fix-the-login'));
  expect(await child.git('rev-parse', 'HEAD')).toBe(await parent.git('rev-parse', 'HEAD'));
  expect(await child.git('branch', '--show-current')).toBe('Fix-the-login');
  expect(places.workspaces.modeOf(made.value)).toBe('edit');
  expect(places.workspaces.find(made.value)?.record.trust).toBe('trusted');
  const gone = asId<WorkspaceId>('6a7b1c1e-0000-4000-8000-000000000099');
  expect(await places.makeWorktree({ ...request, from: gone })).toMatchObject({
    error: { code: 'no-workspace' },
  });
  const empty = await create(builtIn('empty'), { parameters: { directory: path.join(dir, 'empty') } });
  await settled(empty);
  expect(await places.makeWorktree({ ...request, from: empty, key: 'spawn-2' })).toMatchObject({
    error: { code: 'failed', message: expect.stringContaining('There is no commit HEAD') },
  });
});

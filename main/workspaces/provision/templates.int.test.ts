import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { startTestAgent, type TestAgent } from '../../agent-client/test-agent.ts';
import { builtIn, newRepository, openWorkshop, repositoryAt } from './test-workshop.ts';

let agent: TestAgent;
beforeAll(async () => {
  agent = await startTestAgent();
}, 180_000);
afterAll(() => agent.close());

test('a worktree is a new branch in a directory of its own, and can be worked in', async () => {
  const { places, dir, create, settled, directoryOf } = await openWorkshop({ agent });
  const repository = await newRepository(path.join(dir, 'repo'));
  const id = await create(builtIn('worktree'), {
    name: 'New thing',
    parameters: { repository: repository.path, directory: path.join(dir, 'made', '{name}') },
  });
  expect(places.workspaces.list()).toMatchObject([{ id, state: 'provisioning', actions: ['cancel'] }]);
  expect(await settled(id)).toMatchObject({ state: 'running', error: null });
  const directory = directoryOf(id);
  expect(directory).toBe(path.join(dir, 'made', 'New-thing'));
  expect(await readFile(path.join(directory, 'file.txt'), 'utf8')).toBe('first\n');
  expect(await repositoryAt(directory).git('branch', '--show-current')).toBe('New-thing');
  expect(places.workspaces.list()).toMatchObject([
    { id, kind: 'worktree', name: 'New-thing', mode: 'edit', state: 'running', made: true },
  ]);
  const connection = await places.workspaces.connectionFor(id);
  expect(connection.directory).toBe(directory);
  const removed = await places.maker.remove(id, false);
  expect(removed).toEqual({ ok: true, value: { kind: 'removed', kept: null } });
  expect(existsSync(directory)).toBe(false);
  expect(await repository.git('branch', '--list', 'New-thing')).toBe('');
  await expect(places.workspaces.connectionFor(id)).rejects.toMatchObject({ code: 'deleted' });
});

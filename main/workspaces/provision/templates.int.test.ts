import { existsSync } from 'node:fs';
import { mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import type { WorkspaceLogEvent } from '@shared/contract/workspaces.ts';
import { afterAll, beforeAll, describe, expect, onTestFinished, test, vi } from 'vitest';
import { sshdMissing, startSshd } from '../../../e2e/fixtures/sshd.ts';
import { startTestAgent, type TestAgent } from '../../agent-client/test-agent.ts';
import {
  builtIn,
  newRepository,
  openWorkshop,
  ownTemplate,
  repositoryAt,
  until,
  type Workshop,
} from './test-workshop.ts';

// Each starts scripts, some a server: on a loaded machine that takes its time.
vi.setConfig({ testTimeout: 180_000 });

let agent: TestAgent;
beforeAll(async () => {
  agent = await startTestAgent();
}, 180_000);
afterAll(() => agent.close());

const missing = sshdMissing();
if (missing) console.log(`not run here: ${missing}`);

describe.each([
  { where: 'on this computer', worktree: 'worktree', clone: 'clone', empty: 'empty', remote: false },
  { where: 'on a host', worktree: 'ssh-worktree', clone: 'ssh-clone', empty: 'ssh-empty', remote: true },
])('$where', ({ worktree, clone, empty, remote }) => {
  async function open(): Promise<Workshop> {
    if (!remote) return openWorkshop({ agent });
    const sshd = await startSshd();
    onTestFinished(() => sshd.dispose());
    return openWorkshop({ agent, sshd });
  }

  const absent = missing !== null && remote;

  test.skipIf(absent)(
    'a worktree is a new branch in a directory of its own, and goes without a trace',
    async () => {
      const { places, dir, create, settled, directoryOf } = await open();
      const repository = await newRepository(path.join(dir, 'repo'));
      const id = await create(builtIn(worktree), {
        name: 'New thing',
        parameters: { repository: repository.path, directory: path.join(dir, 'made', '{name}') },
      });
      expect(shown(places, id)).toMatchObject({ state: 'provisioning', actions: ['cancel'] });
      await expect(places.workspaces.connectionFor(id)).rejects.toMatchObject({ code: 'not-ready' });
      expect(await settled(id)).toMatchObject({
        state: 'running',
        error: null,
        facts: { branch: 'New-thing', repository: path.join(repository.path, '.git') },
      });
      const directory = directoryOf(id);
      expect(directory).toBe(path.join(dir, 'made', 'New-thing'));
      expect(await readFile(path.join(directory, 'file.txt'), 'utf8')).toBe('first\n');
      expect(await repositoryAt(directory).git('branch', '--show-current')).toBe('New-thing');
      expect(shown(places, id)).toMatchObject({
        kind: worktree,
        name: 'New-thing',
        mode: 'edit',
        state: 'running',
        made: true,
        actions: ['remove'],
      });
      const connection = await places.workspaces.connectionFor(id);
      expect(connection.directory).toBe(directory);
      expect(await places.maker.remover.remove(id, false)).toEqual(removed);
      expect(existsSync(directory)).toBe(false);
      expect(await repository.git('branch', '--list', 'New-thing')).toBe('');
      expect(await repository.git('worktree', 'list', '--porcelain')).not.toContain(directory);
      await expect(places.workspaces.connectionFor(id)).rejects.toMatchObject({ code: 'deleted' });
    },
  );

  test.skipIf(absent)('a clone has the branch that was asked for', async () => {
    const { places, dir, create, settled, directoryOf } = await open();
    const repository = await newRepository(path.join(dir, 'repo'));
    await repository.git('branch', 'topic');
    const id = await create(builtIn(clone), {
      parameters: {
        repository: repository.path,
        base: 'topic',
        branch: 'mine',
        shallow: 'false',
        directory: path.join(dir, 'clone'),
      },
    });
    expect(await settled(id)).toMatchObject({ state: 'running', facts: { branch: 'mine' } });
    const made = repositoryAt(directoryOf(id));
    expect(await made.git('branch', '--show-current')).toBe('mine');
    expect(await made.git('rev-parse', 'HEAD')).toBe(await repository.git('rev-parse', 'topic'));
    expect(shown(places, id).name).toMatch(new RegExp(`^${clone}-[0-9a-f]{4}$`));
    expect(await places.maker.remover.remove(id, false)).toEqual(removed);
    expect(existsSync(made.path)).toBe(false);
  });

  test.skipIf(absent)('an empty directory is a repository without a commit', async () => {
    const { dir, create, settled, directoryOf } = await open();
    const id = await create(builtIn(empty), { parameters: { directory: path.join(dir, 'empty') } });
    expect(await settled(id)).toMatchObject({ state: 'running' });
    expect(await repositoryAt(directoryOf(id)).git('rev-parse', '--git-dir')).toBe('.git');
  });

  test.skipIf(absent)(
    'scripts start and stop it; its output is followed from one to the next',
    async () => {
      const { places, dir, create, settled } = await open();
      const own = ownTemplate(remote ? 'ssh' : 'local', {
        provision: 'echo "made with $GAFFER_PARAM_WORD"',
        start: 'echo started; echo a secret that Gaffer knows',
        stop: 'echo stopped',
      });
      const parameters = { directory: path.join(dir, 'own'), word: "it's $(touch hostile) `x`" };
      const id = await create(own, { parameters });
      const seen: WorkspaceLogEvent[] = [];
      const left = new AbortController();
      onTestFinished(() => left.abort());
      const followed = (async () => {
        for await (const event of places.maker.log(id, undefined, left.signal)) {
          seen.push(event);
        }
      })();
      const shownScripts = (count: number) =>
        until(() => seen.filter(({ type }) => type === 'exit').length === count);
      expect(await settled(id)).toMatchObject({ state: 'running', error: null });
      expect(shown(places, id).actions).toEqual(['stop', 'remove']);
      await shownScripts(2);
      expect((await places.maker.stop(id)).ok).toBe(true);
      expect(await settled(id)).toMatchObject({ state: 'stopped' });
      await shownScripts(3);
      await expect(places.workspaces.connectionFor(id)).rejects.toMatchObject({ code: 'stopped' });
      expect(await places.maker.stop(id)).toMatchObject({ error: { code: 'not-now' } });
      expect((await places.maker.begin(id)).ok).toBe(true);
      expect(await settled(id)).toMatchObject({ state: 'running' });
      expect((await places.workspaces.connectionFor(id)).directory).toBe(path.join(dir, 'own'));
      await shownScripts(4);
      left.abort();
      await followed;
      const text = seen.map((event) =>
        event.type === 'script' ? `${event.script}: ` : event.type === 'output' ? event.text : '',
      );
      expect(text.join('')).toBe(
        `provision: made with ${parameters.word}\nstart: started\n‹secret›\nstop: stopped\nstart: started\n‹secret›\n`,
      );
      expect(existsSync(path.join(dir, 'own', 'hostile'))).toBe(false);
    },
  );

  test.skipIf(absent)('two are made at once', async () => {
    const { dir, create, settled, directoryOf } = await open();
    const repository = await newRepository(path.join(dir, 'repo'));
    const made = await Promise.all(
      ['one', 'two', 'one'].map((name) =>
        create(builtIn(worktree), {
          name,
          parameters: { repository: repository.path, directory: path.join(dir, '{name}') },
        }),
      ),
    );
    const states = await Promise.all(made.map((id) => settled(id)));
    expect(states.map((making) => making?.error)).toEqual([null, null, null]);
    const names = made.map((id) => path.basename(directoryOf(id)));
    expect(names.slice(0, 2).map((name) => name.slice(0, 3))).toEqual(['one', 'two']);
    expect(new Set(names).size).toBe(3);
  });
});

test('what a repository brings along is not run: hooks, configured helpers, values that look like commands', async () => {
  const { places, dir, create, settled, directoryOf } = await openWorkshop({ agent });
  const repository = await newRepository(path.join(dir, 'repo'));
  const hostile = path.join(dir, 'hostile');
  const hooks = path.join(repository.path, '.git', 'hooks');
  for (const name of ['post-checkout', 'reference-transaction', 'post-index-change']) {
    await mkdir(hooks, { recursive: true });
    await writeFile(
      path.join(hooks, name),
      `#!/bin/sh\ntouch '${hostile.replaceAll("'", String.raw`'\''`)}'\n`,
      {
        mode: 0o755,
      },
    );
  }
  await repository.git('config', 'core.fsmonitor', `touch '${dir}/hostile'`);
  // They would be, by a git that is not told otherwise.
  await repository.git('checkout', '--quiet', '-b', 'proof');
  expect(existsSync(hostile)).toBe(true);
  await rm(hostile);
  const parameters = { repository: repository.path, directory: path.join(dir, 'tree') };
  const id = await create(builtIn('worktree'), { name: '$(touch hostile); `x` --force', parameters });
  expect(await settled(id)).toMatchObject({ state: 'running', error: null });
  expect(await readFile(path.join(directoryOf(id), 'file.txt'), 'utf8')).toBe('first\n');
  const clone = await create(builtIn('clone'), {
    parameters: { repository: repository.path, directory: path.join(dir, '$(touch hostile) clone') },
  });
  expect(await settled(clone)).toMatchObject({ state: 'running', error: null });
  expect(await places.maker.remover.remove(id, false)).toEqual(removed);
  expect(await places.maker.remover.remove(clone, false)).toEqual(removed);
  expect(existsSync(hostile)).toBe(false);
  for (const bad of ['--upload-pack=touch x', 'ext::sh -c touch% x', 'git@-oProxyCommand=x:y', 'a\nb']) {
    const refused = await places.maker.createFrom(builtIn('clone'), {
      parameters: { repository: bad },
      hostId: null,
    });
    expect(refused).toMatchObject({ error: { code: 'bad-parameter' } });
  }
});

const removed = { ok: true, value: { kind: 'removed', kept: null } };

function shown({ workspaces }: Workshop['places'], id: string) {
  const found = workspaces.list().find((one) => one.id === id);
  if (!found) throw new Error('The workspace is not in the list.');
  return found;
}

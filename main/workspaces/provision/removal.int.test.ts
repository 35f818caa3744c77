import { existsSync } from 'node:fs';
import { mkdir, readFile, rename, rm, symlink, writeFile } from 'node:fs/promises';
import path from 'node:path';
import type { WorkspaceId } from '@shared/model/ids.ts';
import type { RemovalFindings } from '@shared/model/workspace.ts';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { startTestAgent, type TestAgent } from '../../agent-client/test-agent.ts';
import {
  builtIn,
  newRepository,
  openWorkshop,
  ownTemplate,
  repositoryAt,
  type TestRepository,
  type Workshop,
} from './test-workshop.ts';

// Each starts scripts, some a server: on a loaded machine that takes its time.
vi.setConfig({ testTimeout: 180_000 });

let agent: TestAgent;
beforeAll(async () => {
  agent = await startTestAgent();
}, 180_000);
afterAll(() => agent.close());

const signal = AbortSignal.timeout(600_000);

interface Made extends Workshop {
  readonly id: WorkspaceId;
  readonly origin: TestRepository;
  readonly tree: TestRepository;
}

async function make(kind: 'worktree' | 'clone'): Promise<Made> {
  const workshop = await openWorkshop({ agent });
  const { dir, create, settled, directoryOf } = workshop;
  const origin = await newRepository(path.join(dir, 'repo'));
  const id = await create(builtIn(kind), {
    name: 'topic',
    parameters: { repository: origin.path, directory: path.join(dir, 'made') },
  });
  await settled(id);
  return { ...workshop, id, origin, tree: repositoryAt(directoryOf(id)) };
}

async function commit({ path: at, git }: TestRepository, name: string): Promise<void> {
  await writeFile(path.join(at, name), name);
  await git('add', '.');
  await git('commit', '--quiet', '-m', `add ${name}`);
}

async function refused({ places, id, tree }: Made): Promise<RemovalFindings> {
  const answer = await places.maker.remover.remove(id, false);
  if (!answer.ok) throw new Error(answer.error.message);
  if (answer.value.kind !== 'refused') throw new Error('It was removed.');
  expect(existsSync(tree.path)).toBe(true);
  return answer.value.findings;
}

async function force({ places, id, tree }: Made): Promise<void> {
  expect(await places.maker.remover.remove(id, true)).toEqual({
    ok: true,
    value: { kind: 'removed', kept: null },
  });
  expect(existsSync(tree.path)).toBe(false);
}

describe('a worktree', () => {
  test('with changes and untracked files is kept, naming them; by force it goes with its branch', async () => {
    const made = await make('worktree');
    await writeFile(path.join(made.tree.path, 'file.txt'), 'changed');
    await writeFile(path.join(made.tree.path, 'new file.txt'), 'untracked');
    expect(await refused(made)).toMatchObject({
      directory: made.tree.path,
      branch: 'topic',
      uncommitted: { count: 2, first: ['file.txt', 'new file.txt'] },
      unmerged: { count: 0 },
    });
    await force(made);
    expect(await made.origin.git('branch', '--list', 'topic')).toBe('');
    expect(await readFile(path.join(made.origin.path, 'file.txt'), 'utf8')).toBe('first\n');
  });

  test('with commits that nothing else has is kept; merged ones are no reason', async () => {
    const made = await make('worktree');
    await commit(made.tree, 'one');
    expect(await refused(made)).toMatchObject({
      uncommitted: { count: 0 },
      unpushed: { count: 1, first: [{ subject: 'add one' }] },
      unmerged: { count: 1, first: [{ subject: 'add one' }] },
    });
    await made.origin.git('merge', '--quiet', '--ff-only', 'topic');
    const answer = await made.places.maker.remover.remove(made.id, false);
    expect(answer).toEqual({ ok: true, value: { kind: 'removed', kept: null } });
    expect(await made.origin.git('branch', '--list', 'topic')).toBe('');
    expect(await made.origin.git('log', '--format=%s', '-1', 'main')).toBe('add one');
  });

  test('with a detached head that holds the only commits is kept', async () => {
    const made = await make('worktree');
    await made.tree.git('checkout', '--quiet', '--detach');
    await commit(made.tree, 'lost');
    expect(await refused(made)).toMatchObject({ unmerged: { count: 1, first: [{ subject: 'add lost' }] } });
  });

  test('where another branch is checked out loses nothing of that one', async () => {
    const made = await make('worktree');
    await made.tree.git('checkout', '--quiet', '-b', 'other');
    await commit(made.tree, 'other');
    expect((await made.places.maker.remover.remove(made.id, false)).ok).toBe(true);
    expect(existsSync(made.tree.path)).toBe(false);
    expect(await made.origin.git('log', '--format=%s', '-1', 'other')).toBe('add other');
  });

  test('where commands run is kept; by force they are ended', async () => {
    const made = await make('worktree');
    const { client } = await made.places.workspaces.connectionFor(made.id);
    const request = { command: 'exec sleep 600', workdir: made.tree.path };
    const { id } = await client.startProcess(request, { key: `sleep:${made.id}`, signal });
    expect(await refused(made)).toMatchObject({ processes: { count: 1, first: ['exec sleep 600'] } });
    await force(made);
    expect(await client.processOutput(id, true, { signal })).toMatchObject({ running: false });
  });

  test('that git does not know any more is never deleted', async () => {
    const made = await make('worktree');
    await rm(path.join(made.tree.path, '.git'));
    const answer = await made.places.maker.remover.remove(made.id, true);
    expect(answer).toMatchObject({
      error: { code: 'failed', detail: expect.stringContaining('no worktree') },
    });
    expect(existsSync(path.join(made.tree.path, 'file.txt'))).toBe(true);
  });

  test('that somebody deleted takes its merged branch with it', async () => {
    const made = await make('worktree');
    await rm(made.tree.path, { recursive: true });
    expect(await made.places.maker.remover.remove(made.id, false)).toMatchObject({
      value: { kind: 'removed' },
    });
    expect(await made.origin.git('branch', '--list', 'topic')).toBe('');
    expect(await made.origin.git('worktree', 'list', '--porcelain')).not.toContain(made.tree.path);
  });
});

describe('a clone', () => {
  test('with unpushed commits, also on other branches, and stashes is kept', async () => {
    const made = await make('clone');
    await made.tree.git('checkout', '--quiet', '-b', 'side');
    await commit(made.tree, 'side');
    await made.tree.git('checkout', '--quiet', 'main');
    await writeFile(path.join(made.tree.path, 'file.txt'), 'stashed');
    await made.tree.git('stash', 'push', '--quiet', '-m', 'for later');
    expect(await refused(made)).toMatchObject({
      branch: null,
      uncommitted: { count: 1, first: ['stash@{0} On main: for later'] },
      unpushed: { count: 1, first: [{ subject: 'add side' }] },
    });
    await made.tree.git('stash', 'drop', '--quiet');
    await made.tree.git('push', '--quiet', 'origin', 'side');
    expect(await made.places.maker.remover.remove(made.id, false)).toMatchObject({
      value: { kind: 'removed' },
    });
    expect(existsSync(made.tree.path)).toBe(false);
  });

  test('to which worktrees belong is kept', async () => {
    const made = await make('clone');
    await made.tree.git('worktree', 'add', '--quiet', path.join(made.dir, 'linked'));
    expect(await refused(made)).toMatchObject({ unknown: '1 other worktrees belong to it.' });
  });
});

describe('what Gaffer did not make', () => {
  test('a folder that was opened is only forgotten', async () => {
    const { places, dir } = await openWorkshop({ agent });
    const folder = path.join(dir, 'mine');
    await mkdir(folder);
    await writeFile(path.join(folder, 'mine.txt'), 'mine');
    const opened = await places.workspaces.openFolder(folder);
    if (!opened.ok) throw new Error(opened.error.message);
    expect(await places.maker.remover.inspect(opened.value)).toMatchObject({ value: { directory: null } });
    expect(await places.maker.remover.remove(opened.value, true)).toMatchObject({
      value: { kind: 'removed' },
    });
    expect(places.workspaces.list()).toEqual([]);
    expect(existsSync(path.join(folder, 'mine.txt'))).toBe(true);
  });

  test('a directory that stands where the made one was stays, when the record does not say so', async () => {
    const made = await make('clone');
    await rm(path.join(agent.home, 'workspaces', `${made.id}.json`));
    expect(await made.places.maker.remover.remove(made.id, true)).toMatchObject({
      value: { kind: 'removed' },
    });
    expect(existsSync(path.join(made.tree.path, 'file.txt'))).toBe(true);
  });

  test('a record that names another directory, and a link in its place, delete nothing', async () => {
    const made = await make('clone');
    const record = path.join(agent.home, 'workspaces', `${made.id}.json`);
    const text = await readFile(record, 'utf8');
    await writeFile(record, text.replaceAll(made.tree.path, path.join(made.dir, 'elsewhere')));
    expect(await made.places.maker.remover.remove(made.id, true)).toMatchObject({
      error: { code: 'failed' },
    });
    await writeFile(record, text);
    await rename(made.tree.path, path.join(made.dir, 'moved'));
    await symlink(path.join(made.dir, 'moved'), made.tree.path);
    expect(await made.places.maker.remover.remove(made.id, true)).toMatchObject({
      error: { code: 'failed', detail: expect.stringContaining('is a link now') },
    });
    expect(existsSync(path.join(made.dir, 'moved', 'file.txt'))).toBe(true);
  });

  test('a directory without git is kept while something is in it; its remove script runs before it goes', async () => {
    const { places, dir, create, settled } = await openWorkshop({ agent });
    const own = ownTemplate('local', {
      provision: 'echo 1 >data',
      remove: 'cp data "$GAFFER_PARAM_WORD/saved"; rm data',
    });
    const id = await create(own, { parameters: { directory: path.join(dir, 'own'), word: dir } });
    await settled(id);
    expect(await places.maker.remover.remove(id, false)).toMatchObject({
      value: { kind: 'refused', findings: { uncommitted: { count: 1, first: ['data'] } } },
    });
    expect(await places.maker.remover.remove(id, true)).toMatchObject({ value: { kind: 'removed' } });
    expect(existsSync(path.join(dir, 'own'))).toBe(false);
    expect(await readFile(path.join(dir, 'saved'), 'utf8')).toBe('1\n');
  });

  test('a remove script that fails leaves all as it was', async () => {
    const { places, dir, create, settled } = await openWorkshop({ agent });
    const own = ownTemplate('local', { remove: 'echo busy >&2; exit 4' });
    const id = await create(own, { parameters: { directory: path.join(dir, 'own') } });
    await settled(id);
    expect(await places.maker.remover.remove(id, false)).toMatchObject({
      error: { code: 'failed', detail: expect.stringContaining('busy') },
    });
    expect(existsSync(path.join(dir, 'own'))).toBe(true);
    expect(places.workspaces.list()).toMatchObject([{ id, state: 'running' }]);
  });
});

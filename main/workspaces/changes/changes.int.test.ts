import { execFileSync } from 'node:child_process';
import { chmodSync, existsSync } from 'node:fs';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import type { ChangeList, Changes, ChangesBase } from '@shared/contract/changes.ts';
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest';
import { startTestAgent, type TestAgent } from '../../agent-client/test-agent.ts';
import { systemClock } from '../../base/clock.ts';
import type { WorkspaceConnection } from '../connection.ts';
import { lookAt } from '../files/look-at.ts';
import { fileDiff } from './file-diff.ts';
import { watchChanges } from './watch-changes.ts';

let agent: TestAgent;
const signal = AbortSignal.timeout(300_000);
beforeAll(async () => {
  agent = await startTestAgent();
});
afterAll(() => agent.close());

/** A directory that is not a repository yet. */
async function newPlace() {
  const directory = path.join(await mkdtemp(path.join(agent.dir, 'changes ')), 'wörk');
  await mkdir(directory);
  const connection: WorkspaceConnection = {
    client: agent.client,
    directory,
    host: 'this computer',
    platform: process.platform,
    link: null,
  };
  const connect = () => Promise.resolve(connection);
  const git = (...args: string[]) =>
    execFileSync('git', ['-c', 'user.name=T', '-c', 'user.email=t@x', ...args], {
      cwd: directory,
      encoding: 'utf8',
      stdio: ['ignore', 'pipe', 'pipe'],
    }).trim();
  return {
    directory,
    git,
    async write(name: string, data: string | Uint8Array) {
      await mkdir(path.dirname(path.join(directory, name)), { recursive: true });
      await writeFile(path.join(directory, name), data);
    },
    /** Follows until the test is over; `until` answers the first list from now on that is wanted. */
    watch(base: ChangesBase = { kind: 'head' }) {
      const left = new AbortController();
      onTestFinished(() => left.abort());
      const asked = { connect, clock: systemClock, directory, base };
      const events = watchChanges(asked, AbortSignal.any([signal, left.signal]));
      return async (wanted: (changes: Changes) => boolean): Promise<Changes> => {
        for (;;) {
          const { value, done } = await events.next();
          if (done) throw new Error('the changes ended');
          if (wanted(value)) return value;
        }
      };
    },
    diff: (list: ChangeList, name: string, context = 3) =>
      lookAt(connect, '', signal, (look) =>
        fileDiff(look, {
          base: list.base.id,
          path: name,
          from: list.files.find((file) => file.path === name)?.from ?? null,
          context,
        }),
      ),
  };
}

async function newRepository() {
  const place = await newPlace();
  place.git('init', '--quiet', '--initial-branch=main');
  await place.write('a.txt', 'one\ntwo\nthree\n');
  await place.write('src/deep/b.txt', 'b\n');
  place.git('add', '.');
  place.git('commit', '--quiet', '-m', 'first');
  return place;
}

const names = (changes: Changes) =>
  changes.kind === 'changes' ? changes.files.map((file) => file.path) : [];
const holds = (name: string) => (changes: Changes) => names(changes).includes(name);
const isList = (changes: Changes): changes is ChangeList => changes.kind === 'changes';
function listOf(changes: Changes): ChangeList {
  if (!isList(changes)) throw new Error(changes.kind);
  return changes;
}

describe('the feed', () => {
  test('tells what differs, and anew when a file deep inside, a new one or a commit does', async () => {
    const { directory, git, write, watch } = await newRepository();
    const until = watch();
    expect(await until(isList)).toMatchObject({ root: directory, files: [], more: 0, whole: true });
    await write('src/deep/b.txt', 'b\nc\n');
    const edited = listOf(await until(holds('src/deep/b.txt')));
    expect(edited.files).toMatchObject([{ status: 'modified', added: 1, removed: 0 }]);
    // Into directories that come into being, one by one and all at once.
    await mkdir(path.join(directory, 'empty/below'), { recursive: true });
    await write('new/from/scratch.txt', 'x\n');
    await until(holds('new/from/scratch.txt'));
    await write('empty/below/file', 'y\n');
    const fresh = listOf(await until(holds('empty/below/file')));
    expect(fresh.files.find((file) => file.path === 'empty/below/file')).toMatchObject({
      status: 'untracked',
      added: 1,
    });
    await rm(path.join(directory, 'a.txt'));
    const gone = listOf(await until(holds('a.txt')));
    expect(gone.files[0]).toMatchObject({ status: 'deleted', removed: 3 });
    git('add', '.');
    git('commit', '--quiet', '-m', 'second');
    await until((changes) => isList(changes) && changes.files.length === 0);
  });

  test('begins when there is a repository, and a stamp is another one only when the diff is', async () => {
    const { git, write, watch } = await newPlace();
    const until = watch();
    await until(({ kind }) => kind === 'none');
    git('init', '--quiet', '--initial-branch=main');
    await until(isList);
    await write('a', '1\n');
    await write('b', '1\n');
    const first = listOf(await until(holds('b')));
    await write('b', '2\n');
    const stampOf = (list: ChangeList, name: string) =>
      list.files.find((file) => file.path === name)?.stamp;
    const second = listOf(await until((now) => isList(now) && stampOf(now, 'b') !== stampOf(first, 'b')));
    expect(stampOf(second, 'a')).toBe(stampOf(first, 'a'));
  });

  test('of a bare repository', async () => {
    const { git, watch } = await newPlace();
    git('init', '--quiet', '--bare');
    expect(await watch()(() => true)).toEqual({ kind: 'bare' });
  });

  test('of a merge in the middle: what is in conflict is marked', async () => {
    const { git, write, watch, diff } = await newRepository();
    git('switch', '--quiet', '-c', 'other');
    await write('a.txt', 'other\n');
    git('commit', '--quiet', '-am', 'other');
    git('switch', '--quiet', 'main');
    await write('a.txt', 'main\n');
    git('commit', '--quiet', '-am', 'main');
    expect(() => git('merge', '--quiet', 'other')).toThrow('Command failed');
    const list = listOf(await watch()(holds('a.txt')));
    expect(list.files).toMatchObject([{ path: 'a.txt', status: 'unmerged' }]);
    expect(await diff(list, 'a.txt')).toMatchObject({
      ok: true,
      value: { hunks: [{ lines: expect.arrayContaining(['+<<<<<<< HEAD', '+>>>>>>> other']) }] },
    });
  });
});

describe('the base', () => {
  test('the branch point, a commit, a branch, and what nobody knows', async () => {
    const { git, write, watch } = await newRepository();
    git('switch', '--quiet', '-c', 'feature');
    await write('feature.txt', 'f\n');
    git('add', '.');
    git('commit', '--quiet', '-m', 'feature');
    await write('a.txt', 'changed\n');
    const asked = async (base: ChangesBase) => {
      const changes = await watch(base)(() => true);
      return changes.kind === 'changes' ? names(changes) : changes.kind;
    };
    expect(await asked({ kind: 'head' })).toEqual(['a.txt']);
    expect(await asked({ kind: 'branch-point' })).toEqual(['a.txt', 'feature.txt']);
    expect(await asked({ kind: 'named', name: ' main ' })).toEqual(['a.txt', 'feature.txt']);
    expect(await asked({ kind: 'named', name: git('rev-parse', 'HEAD') })).toEqual(['a.txt']);
    for (const name of ['nowhere', '--output=/tmp/x', 'a b', '', 'HEAD~7'])
      expect(await asked({ kind: 'named', name })).toBe('unknown-base');
    const list = listOf(await watch({ kind: 'branch-point' })(() => true));
    expect(list.base.branch).toBe('main');
  });
});

test('hostile names are listed and read one by one', async () => {
  const { write, watch, diff } = await newRepository();
  const hostile = ['-n', 'a "b"\n+c', ':(glob)*', 'diff --git a/x b/x', '\u202etxt.exe', "$(touch x)';"];
  for (const name of hostile) await write(name, `${name}\n`);
  const list = listOf(await watch()((now) => names(now).length === hostile.length));
  expect(names(list).toSorted()).toEqual(hostile.toSorted());
  for (const name of hostile) {
    const answer = await diff(list, name);
    if (!answer.ok) throw new Error(answer.error.message);
    expect(answer.value.hunks[0]?.lines.join('\n')).toBe(`+${name.replaceAll('\n', '\n+')}`);
  }
});

test('no program that the repository names is run', async () => {
  const { directory, git, write, watch, diff } = await newRepository();
  const program = path.join(directory, '..', 'program');
  const trace = path.join(directory, '..', 'ran');
  await writeFile(program, `#!/bin/sh\n: > '${trace}'\ncat\n`);
  chmodSync(program, 0o755);
  git('config', 'diff.external', program);
  git('config', 'diff.evil.textconv', program);
  git('config', 'diff.evil.command', program);
  git('config', 'filter.evil.clean', program);
  git('config', 'core.fsmonitor', program);
  git('config', 'core.quotePath', 'true');
  git('config', 'diff.noprefix', 'true');
  git('config', 'color.diff', 'always');
  await write('.gitattributes', '*.txt diff=evil filter=evil\n');
  await write('a.txt', 'größe\n');
  await write('größe.txt', 'x\n');
  const list = listOf(await watch()(holds('größe.txt')));
  expect(await diff(list, 'a.txt')).toMatchObject({
    ok: true,
    value: { hunks: [{ lines: ['-one', '-two', '-three', '+größe'] }] },
  });
  expect(existsSync(trace)).toBe(false);
});

test('more than fits is listed, counted, and read on demand', async () => {
  const { write, watch, diff } = await newRepository();
  const line = `${'x'.repeat(1023)}\n`;
  await write('a-large.txt', line.repeat(5 * 1024));
  await write('z-small.txt', 'z\n');
  const list = listOf(await watch()(holds('z-small.txt')));
  expect(list.files).toMatchObject([
    { path: 'a-large.txt', added: 5 * 1024 },
    { path: 'z-small.txt', added: 1 },
  ]);
  const large = await diff(list, 'a-large.txt');
  expect(large).toMatchObject({ ok: true, value: { truncated: true } });
  expect(await diff(list, 'z-small.txt')).toMatchObject({
    ok: true,
    value: { truncated: false, hunks: [{ lines: ['+z'] }] },
  });
});

test('of very many files the first are listed, and the others counted', async () => {
  const { directory, watch } = await newRepository();
  execFileSync('sh', ['-c', 'for i in $(seq 1 2003); do : > "f$i"; done'], { cwd: directory });
  const list = listOf(await watch()((now) => isList(now) && now.more === 3));
  expect(list.files).toHaveLength(2_000);
});

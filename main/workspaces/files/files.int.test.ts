import { execFileSync } from 'node:child_process';
import { mkdir, mkdtemp, rm, symlink, utimes, writeFile } from 'node:fs/promises';
import path from 'node:path';
import type { FilesEvent } from '@shared/contract/files.ts';
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest';
import { startTestAgent, type TestAgent } from '../../agent-client/test-agent.ts';
import { systemClock } from '../../base/clock.ts';
import type { WorkspaceConnection } from '../connection.ts';
import { findFiles } from './find-files.ts';
import { listFiles } from './list-files.ts';
import { lookAt } from './look-at.ts';
import { readFile } from './read-file.ts';
import { watchFiles } from './watch-files.ts';

let agent: TestAgent;
const signal = AbortSignal.timeout(300_000);
beforeAll(async () => {
  agent = await startTestAgent();
});
afterAll(() => agent.close());

/** A workspace of its own beside something that is none of its business. */
async function newWorkspace() {
  const base = await mkdtemp(path.join(agent.dir, 'files '));
  const directory = path.join(base, 'wörk');
  const outside = path.join(base, 'outside');
  await mkdir(directory);
  await mkdir(outside);
  await writeFile(path.join(outside, 'secret'), 'secret');
  const connection: WorkspaceConnection = {
    client: agent.client,
    directory,
    host: 'this computer',
    platform: process.platform,
    link: null,
  };
  const connect = () => Promise.resolve(connection);
  return {
    directory,
    outside,
    connect,
    write: (name: string, data: string | Uint8Array) => writeFile(path.join(directory, name), data),
    list: (at: string) => lookAt(connect, at, signal, listFiles),
    read: (at: string) => lookAt(connect, at, signal, readFile),
  };
}

describe('listing', () => {
  test('directories first, then by name', async () => {
    const { directory, write, list } = await newWorkspace();
    await mkdir(path.join(directory, 'sub', 'deep'), { recursive: true });
    await write('b.txt', '');
    await write('Ä.txt', '');
    const listed = await list('');
    expect(listed).toMatchObject({
      ok: true,
      value: {
        entries: [
          { name: 'sub', kind: 'directory' },
          { name: 'b.txt', kind: 'file' },
          { name: 'Ä.txt', kind: 'file' },
        ],
        truncated: false,
      },
    });
    expect(await list('sub')).toMatchObject({ ok: true, value: { entries: [{ name: 'deep' }] } });
  });

  test('what git leaves out is marked', async () => {
    const { directory, write, list } = await newWorkspace();
    execFileSync('git', ['init', '--quiet'], { cwd: directory });
    await write('.gitignore', 'out/\n*.log\n');
    await write('a.log', '');
    await write('a.txt', '');
    await mkdir(path.join(directory, 'out'));
    const listed = await list('');
    if (!listed.ok) throw new Error(listed.error.message);
    const ignored = listed.value.entries.filter((entry) => entry.ignored).map(({ name }) => name);
    expect(ignored).toEqual(['out', 'a.log']);
  });

  test('what is no directory, what is missing and what leads out', async () => {
    const { directory, outside, write, list, read } = await newWorkspace();
    await write('file', '');
    await symlink(outside, path.join(directory, 'out'));
    await symlink(path.join(outside, 'secret'), path.join(directory, 'secret'));
    await mkdir(path.join(directory, 'in'));
    await symlink(path.join(directory, 'in'), path.join(directory, 'link'));
    const code = async (asked: ReturnType<typeof list | typeof read>) => {
      const answer = await asked;
      return answer.ok ? 'ok' : answer.error.code;
    };
    expect(await code(list('file'))).toBe('not-readable');
    expect(await code(list('none'))).toBe('not-found');
    expect(await code(list('out'))).toBe('outside');
    expect(await code(read('out/secret'))).toBe('outside');
    expect(await code(read('secret'))).toBe('outside');
    expect(await code(list('link'))).toBe('ok');
  });

  test('no more than 2,000 entries, said honestly', async () => {
    const { directory, list } = await newWorkspace();
    execFileSync('sh', ['-c', 'for i in $(seq 1 2001); do : > "f$i"; done'], { cwd: directory });
    const listed = await list('');
    if (!listed.ok) throw new Error(listed.error.message);
    expect(listed.value.entries).toHaveLength(2_000);
    expect(listed.value.truncated).toBe(true);
  });
});

test('finding: by a part of the path, the newest first, but for what git leaves out', async () => {
  const { directory, connect, write } = await newWorkspace();
  execFileSync('git', ['init', '--quiet'], { cwd: directory });
  await mkdir(path.join(directory, 'src/deep'), { recursive: true });
  await write('.gitignore', 'out\n');
  await mkdir(path.join(directory, 'out'));
  for (const name of ['src/deep/Area.ts', 'src/area [1].ts', 'out/area.js', 'b.txt']) await write(name, '');
  const old = new Date('2020-01-01');
  await utimes(path.join(directory, 'src/deep/Area.ts'), old, old);
  const find = async (text: string) => {
    const found = await lookAt(connect, '', signal, (look) => findFiles(look, text));
    return found.ok ? found.value.paths : found.error.code;
  };
  expect(await find('area')).toEqual(['src/area [1].ts', 'src/deep/Area.ts']);
  expect(await find('[1]')).toEqual(['src/area [1].ts']);
  expect(await find('deep/')).toEqual(['src/deep/Area.ts']);
  expect(await find('src/*.ts')).toEqual(['src/area [1].ts']);
  expect(await find('nothing')).toEqual([]);
});

describe('reading', () => {
  test('text, images, what is neither, what is too large and what is missing', async () => {
    const { directory, write, read } = await newWorkspace();
    await write('größe.txt', 'Flächen\n');
    await write('dot.png', Buffer.from('89504e470d0a1a0a00', 'hex'));
    await write('program', Uint8Array.from([127, 69, 76, 70, 0]));
    await write('log', Buffer.alloc(1024 * 1024 + 1, 'x'));
    execFileSync('mkfifo', [path.join(directory, 'pipe')]);
    expect(await read('größe.txt')).toEqual({ ok: true, value: { kind: 'text', text: 'Flächen\n' } });
    expect(await read('dot.png')).toMatchObject({ ok: true, value: { kind: 'image', type: 'image/png' } });
    expect(await read('program')).toEqual({ ok: true, value: { kind: 'binary', size: 5 } });
    expect(await read('log')).toMatchObject({
      ok: true,
      value: { kind: 'too-large', size: 1024 * 1024 + 1 },
    });
    expect(await read('pipe')).toEqual({ ok: true, value: { kind: 'special' } });
    expect(await read('none')).toMatchObject({ ok: false, error: { code: 'not-found' } });
    expect(await read('')).toMatchObject({ ok: false, error: { code: 'not-readable' } });
  });
});

describe('following', () => {
  test('says by path what happens, and of what leads out only that it is refused', async () => {
    const { directory, outside, connect, write } = await newWorkspace();
    await mkdir(path.join(directory, 'sub'));
    await symlink(outside, path.join(directory, 'out'));
    const left = new AbortController();
    const paths = ['', 'sub', 'out'];
    const until = AbortSignal.any([signal, left.signal]);
    const events = watchFiles({ connect, clock: systemClock, directory, paths }, until);
    onTestFinished(() => left.abort());
    const first = new Map<string, string>();
    while (first.size < 3) {
      const { value } = await events.next();
      if (value) first.set(value.path, value.state);
    }
    expect(Object.fromEntries(first)).toEqual({ '': 'present', sub: 'present', out: 'refused' });
    await writeFile(path.join(outside, 'secret'), 'other');
    await write('sub/new', '');
    const told: FilesEvent[] = [];
    while (told.at(-1)?.path !== 'sub') {
      const { value } = await events.next();
      if (value) told.push(value);
    }
    for (const event of told.slice(0, -1))
      expect(event).toMatchObject({ path: 'out', state: 'refused', names: null });
    await rm(path.join(directory, 'sub'), { recursive: true });
    for (;;) {
      const { value } = await events.next();
      if (value?.path === 'sub' && value.state === 'missing') break;
    }
  });
});

import { mkdir, mkdtemp, realpath, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { checkFolder, type Disk } from './folder.ts';

let root: string;
beforeEach(async () => {
  root = await realpath(await mkdtemp(path.join(tmpdir(), 'gaffer-folder-')));
});
afterEach(() => rm(root, { recursive: true, force: true }));

test('a folder is known by its real path, whatever its name', async () => {
  const folder = path.join(root, 'größe & "quotes" 日本');
  await mkdir(folder);
  await symlink(folder, path.join(root, 'link'));
  expect(await checkFolder(path.join(root, 'link'))).toEqual({ ok: true, value: folder });
});

test('what is missing, a file or relative is refused with a sentence', async () => {
  const file = path.join(root, 'file.txt');
  await writeFile(file, 'x');
  expect(await checkFolder(path.join(root, 'none'))).toMatchObject({ error: { code: 'not-found' } });
  expect(await checkFolder(file)).toMatchObject({ error: { code: 'not-a-folder' } });
  expect(await checkFolder(path.join(file, 'below'))).toMatchObject({ error: { code: 'not-a-folder' } });
  expect(await checkFolder('relative')).toMatchObject({ error: { code: 'not-found' } });
});

test('a folder that may not be listed is refused as not readable', async () => {
  const denied = Object.assign(new Error('denied'), { code: 'EACCES' });
  const disk: Disk = {
    realpath: async (at) => at,
    isDirectory: async () => true,
    list: () => Promise.reject(denied),
  };
  expect(await checkFolder(root, disk)).toEqual({
    ok: false,
    error: { code: 'not-readable', message: `You are not allowed to read ${root}.` },
  });
});

import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import http from 'node:http';
import os from 'node:os';
import path from 'node:path';
import { promisify } from 'node:util';
import { gunzipSync } from 'node:zlib';
import { beforeEach, expect, onTestFinished, test } from 'vitest';
import type { RuntimePackage } from './packages.ts';
import { createRuntimes, RuntimeMissing, type Runtimes } from './runtimes.ts';

const run = promisify(execFile);
const never = new AbortController().signal;
const program = Buffer.from('#!/bin/sh\necho 99.0.0\n');

let base: string;
let archive: Buffer;
let wanted: RuntimePackage;
beforeEach(async () => {
  base = await mkdtemp(path.join(os.tmpdir(), 'gaffer runtimes '));
  await mkdir(path.join(base, 'package/bin'), { recursive: true });
  await writeFile(path.join(base, 'package/bin/node'), program);
  await run('tar', ['-czf', path.join(base, 'made.tgz'), '-C', base, 'package']);
  archive = await readFile(path.join(base, 'made.tgz'));
  wanted = {
    name: 'node-test',
    version: '99.0.0',
    sha512: createHash('sha512').update(archive).digest('base64'),
    entry: 'package/bin/node',
    sha256: createHash('sha256').update(program).digest('hex'),
    bytes: program.length,
  };
  return () => rm(base, { recursive: true, force: true });
});

/** A registry that has our package; counts who asks. */
async function startRegistry(content = archive): Promise<{ url: string; asked: string[] }> {
  const asked: string[] = [];
  const server = http.createServer((request, response) => {
    asked.push(request.url ?? '');
    if (request.url === '/some/where/node-test/-/node-test-99.0.0.tgz') response.end(content);
    else response.writeHead(404).end();
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  onTestFinished(async () => {
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  });
  const address = server.address();
  const port = typeof address === 'object' && address !== null ? address.port : 0;
  return { url: `http://127.0.0.1:${port}/some/where`, asked };
}

/** On a computer without npm. */
function runtimes(env: Record<string, string>, home = base): Runtimes {
  const packages = { x64: wanted, arm64: wanted };
  return createRuntimes({ dir: path.join(base, 'cache'), env: { PATH: base, ...env }, home, packages });
}

test('is fetched once for all who need it, from the registry of the environment', async () => {
  const { url, asked } = await startRegistry();
  const said: string[] = [];
  const all = runtimes({ npm_config_registry: url });
  const load = () => all.load('x64', (step) => said.push(step), never);
  const [one, other] = await Promise.all([load(), load()]);
  expect(gunzipSync(one.packed)).toEqual(program);
  expect(one).toMatchObject({ version: '99.0.0', sha256: wanted.sha256, bytes: program.length });
  expect(other.packed).toEqual(one.packed);
  expect(asked).toHaveLength(1);
  expect(said.at(-1)).toContain('Checking and packing');
  const later = runtimes({});
  expect((await later.load('x64', () => undefined, never)).packed).toEqual(one.packed);
  expect(await readdir(path.join(base, 'cache'))).toEqual(['node-test-99.0.0.gz']);
});

test('the registry of the person’s .npmrc', async () => {
  const { url } = await startRegistry();
  const home = path.join(base, 'home');
  await mkdir(home);
  await writeFile(path.join(home, '.npmrc'), `fund=false\nregistry = ${url}/\n`);
  expect((await runtimes({}, home).load('arm64', () => undefined, never)).version).toBe('99.0.0');
});

test('what was kept and is damaged is fetched again', async () => {
  const { url, asked } = await startRegistry();
  const all = runtimes({ npm_config_registry: url });
  await all.load('x64', () => undefined, never);
  await writeFile(path.join(base, 'cache/node-test-99.0.0.gz'), 'broken');
  expect(gunzipSync((await all.load('x64', () => undefined, never)).packed)).toEqual(program);
  expect(asked).toHaveLength(2);
});

test('a file that somebody put there', async () => {
  await mkdir(path.join(base, 'cache'));
  await writeFile(path.join(base, 'cache/node-test-99.0.0.tgz'), archive);
  expect(gunzipSync((await runtimes({}).load('x64', () => undefined, never)).packed)).toEqual(program);
});

test('another package than the pinned one is refused, and nothing is kept', async () => {
  const { url } = await startRegistry(Buffer.concat([archive, Buffer.from('more')]));
  const loading = runtimes({ npm_config_registry: url }).load('x64', () => undefined, never);
  await expect(loading).rejects.toMatchObject({ detail: expect.stringContaining('SHA-512 differs') });
  expect(await readdir(path.join(base, 'cache'))).toEqual([]);
});

test('nowhere to be had: what is missing and how to provide it', async () => {
  const { url } = await startRegistry();
  const loading = runtimes({ npm_config_registry: `${url}/not` }).load('x64', () => undefined, never);
  const fault: unknown = await loading.catch((error: unknown) => error);
  expect(fault).toBeInstanceOf(RuntimeMissing);
  expect(fault).toMatchObject({
    message: expect.stringContaining('node-test@99.0.0'),
    detail: expect.stringContaining('404'),
    fix: expect.stringContaining('"npm pack node-test@99.0.0"'),
  });
});

test('is given up with the signal', async () => {
  const { url } = await startRegistry();
  const stop = new AbortController();
  const loading = runtimes({ npm_config_registry: url }).load(
    'x64',
    () => stop.abort(new Error('enough')),
    stop.signal,
  );
  await expect(loading).rejects.toThrow('enough');
});

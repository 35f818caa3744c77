import { execFile } from 'node:child_process';
import { chmod, mkdir, mkdtemp, readdir, rm, symlink, utimes, writeFile } from 'node:fs/promises';
import http from 'node:http';
import os from 'node:os';
import path from 'node:path';
import { promisify } from 'node:util';
import type { AgentAddress } from '@shared/agent-protocol/index.ts';
import { afterAll, beforeAll, describe, expect, onTestFinished, test, vi } from 'vitest';
import { mountSmallDisk, smallDiskMissing } from '../../e2e/fixtures/small-disk.ts';
import { sshdMissing } from '../../e2e/fixtures/sshd.ts';
import { worldMissing } from '../../e2e/fixtures/sshd-world.ts';
import { bootstrap } from './bootstrap.ts';
import { bootstrapScript, versionName } from './bootstrap-script.ts';
import { parseReport } from './run-script.ts';
import { ChannelRefused, type Session } from './session.ts';
import {
  bringUp,
  depsFor,
  killAgent,
  loadAgent,
  newDirectory,
  openHost,
  openSession,
  stagesOf,
  type TestDeps,
} from './test-host.ts';

// Servers, agents and uploads take their time on a busy machine.
vi.setConfig({ testTimeout: 180_000 });

const missing = sshdMissing();
if (missing) console.log(`not run here: ${missing}`);
const noWorld = missing ?? worldMissing();
const noDisk = missing ?? smallDiskMissing();
const run = promisify(execFile);
const never = new AbortController().signal;

let work: string;
let agent: Buffer;
beforeAll(async () => {
  work = await mkdtemp(path.join(os.tmpdir(), 'gaffer bootstrap '));
  agent = await loadAgent(path.join(work, 'bundle'));
});
afterAll(() => rm(work, { recursive: true, force: true }));

async function newDeps(change: Partial<TestDeps> = {}): Promise<TestDeps> {
  return depsFor(agent, path.join(await newDirectory(), 'home'), change);
}

function hello(session: Session, address: AgentAddress): Promise<number | undefined> {
  return new Promise((resolve, reject) => {
    const request = http.get({
      path: '/api/v0/hello',
      headers: { authorization: `Bearer ${address.token}` },
      createConnection: (_options, done) => {
        const opening = session.openUnixSocket(address.socket);
        // oxlint-disable-next-line promise/no-callback-in-promise -- node:http knows only callbacks here
        opening.then((socket) => done(null, socket), reject);
        return undefined;
      },
    });
    request.on('response', (response) => {
      response.resume();
      response.on('end', () => resolve(response.statusCode));
    });
    request.on('error', reject);
  });
}

function agentFileIn(home: string, names: readonly string[]): string {
  return path.join(home, 'agent', names[0] ?? '', 'agent.cjs');
}

describe.skipIf(missing)('bootstrap on a real sshd', () => {
  test('the first time uploads and starts, the second takes the running agent at its word', async () => {
    const { session } = await openHost();
    const deps = await newDeps();
    const first = await bringUp(session, deps);
    expect(first.uploaded).toBe(true);
    expect(first.program).not.toBeNull();
    expect(await hello(session, first.address)).toBe(200);
    expect(stagesOf(deps.trace)).toEqual(['probe:ok', 'upload:ok', 'agent:ok']);
    expect(deps.trace.get().stages[0]?.summary).toMatch(/^Linux \S+, (glibc|musl) [\d.]+, .* free$/);
    const later = depsFor(agent, deps.agentHome);
    const again = await bringUp(session, later);
    expect(again).toEqual({ address: first.address, uploaded: false, program: null });
    expect(stagesOf(later.trace)).toEqual(['probe:ok', 'agent:ok']);
    const [version] = await readdir(path.join(deps.agentHome, 'agent'));
    expect(await readdir(path.join(deps.agentHome, 'agent', version ?? ''))).toEqual(['agent.cjs']);
  });

  test('an agent that was killed is started again without an upload', async () => {
    const { session } = await openHost();
    const deps = await newDeps();
    const first = await bringUp(session, deps);
    await killAgent(first.address);
    const again = await bringUp(session, deps);
    expect(again.uploaded).toBe(false);
    expect(again.address.pid).not.toBe(first.address.pid);
    expect(await hello(session, again.address)).toBe(200);
  });

  test('a damaged file on the host is replaced', async () => {
    const { session } = await openHost();
    const deps = await newDeps();
    const first = await bringUp(session, deps);
    await killAgent(first.address);
    const file = agentFileIn(deps.agentHome, await readdir(path.join(deps.agentHome, 'agent')));
    await writeFile(file, 'broken');
    expect((await bringUp(session, deps)).uploaded).toBe(true);
  });

  test('uploads that a cut ends do not pile up on the host', async () => {
    const { session, sshd } = await openHost();
    const deps = depsFor(Buffer.alloc(200 * 2 ** 20), path.join(await newDirectory(), 'home'));
    const parts = async () =>
      (await readdir(deps.agentHome, { recursive: true }).catch(() => [])).filter((name) =>
        name.endsWith('.part'),
      );
    const until = { timeout: 60_000, interval: 5 };
    for (let n = 1, on = session; n <= 3; n++, on = await openSession(sshd)) {
      const ended = bootstrap(on, deps, { trust: true, tcp: false }, never).catch(
        (error: unknown) => error,
      );
      await vi.waitFor(async () => expect(await parts()).toHaveLength(1), until);
      expect(await sshd.cut()).toBeGreaterThan(0);
      expect(await ended).toMatchObject({ code: 'closed' });
      await vi.waitFor(async () => expect(await parts()).toEqual([]), until);
    }
  });

  test('what a dead upload left is gone with the next one', async () => {
    const { session } = await openHost();
    const deps = await newDeps();
    const { address } = await bringUp(session, deps);
    const [version = ''] = await readdir(path.join(deps.agentHome, 'agent'));
    await killAgent(address);
    const dir = path.join(deps.agentHome, 'agent', version);
    await rm(path.join(dir, 'agent.cjs'));
    const [old, living] = ['.gaffer.old.part', '.gaffer.living.part'];
    for (const name of [old, living]) await writeFile(path.join(dir, name), 'half');
    const longAgo = Date.now() / 1000 - 15 * 60;
    await utimes(path.join(dir, old), longAgo, longAgo);
    expect((await bringUp(session, deps)).uploaded).toBe(true);
    expect((await readdir(dir)).toSorted()).toEqual([living, 'agent.cjs']);
  });

  test('a host without SFTP', async () => {
    const { session } = await openHost({ sftp: false });
    const deps = await newDeps();
    const { address, uploaded } = await bringUp(session, deps);
    expect(uploaded).toBe(true);
    expect(await hello(session, address)).toBe(200);
    expect(deps.trace.get().stages.find(({ stage }) => stage === 'upload')?.detail).toBe('by cat');
  });

  test('one session at a time is enough', async () => {
    const { session } = await openHost({ config: ['MaxSessions 1'] });
    const { address } = await bringUp(session, await newDeps());
    expect(await hello(session, address)).toBe(200);
  });

  test('a server that opens no session for a command', async () => {
    const { session } = await openHost({ config: ['MaxSessions 0'] });
    const deps = await newDeps();
    await expect(bringUp(session, deps)).rejects.toMatchObject({
      code: 'not-now',
      fix: expect.stringContaining('MaxSessions'),
    });
    expect(stagesOf(deps.trace)).toEqual(['probe:failed']);
  });

  test('an account whose command is forced to another', async () => {
    const { session } = await openHost({ config: ['ForceCommand echo This account is for backups only'] });
    await expect(bringUp(session, await newDeps())).rejects.toMatchObject({
      code: 'agent',
      detail: 'This account is for backups only',
      fix: expect.stringContaining('login shell'),
    });
  });

  test('a home that cannot be made is named', async () => {
    const { session } = await openHost();
    const deps = await newDeps();
    await writeFile(path.join(path.dirname(deps.agentHome), 'file'), '');
    const agentHome = path.join(path.dirname(deps.agentHome), 'file', 'below');
    const failing = depsFor(agent, agentHome);
    await expect(bringUp(session, failing)).rejects.toMatchObject({
      code: 'agent',
      message: expect.stringContaining(agentHome),
      fix: expect.stringContaining('writable'),
    });
    expect(stagesOf(failing.trace)).toEqual(['probe:failed']);
  });

  test('an agent that does not start is a fault with what it said', async () => {
    const { session } = await openHost();
    const broken = Buffer.from('console.error("no luck"); process.exit(3)');
    const deps = depsFor(broken, path.join(await newDirectory(), 'home'));
    await expect(bringUp(session, deps)).rejects.toMatchObject({
      code: 'agent',
      detail: expect.stringContaining('no luck'),
      fix: expect.stringContaining('/log'),
    });
    expect(stagesOf(deps.trace)).toEqual(['probe:ok', 'upload:ok', 'agent:failed']);
  });

  test('a socket that is not there is a refusal, not the end of the connection', async () => {
    const { session } = await openHost();
    await expect(session.openUnixSocket(path.join(work, 'none.sock'))).rejects.toBeInstanceOf(
      ChannelRefused,
    );
    expect((await session.exec('echo on', '', never)).stdout).toBe('on\n');
  });
});

describe.skipIf(noWorld)('a host without cat', () => {
  test('gets the file through SFTP', async () => {
    const { session } = await openHost({ world: { hide: ['cat'] } });
    const deps = await newDeps();
    const { address, uploaded } = await bringUp(session, deps);
    expect(uploaded).toBe(true);
    expect(await hello(session, address)).toBe(200);
    expect(deps.trace.get().stages.find(({ stage }) => stage === 'upload')?.detail).toBe('by SFTP');
  });
});

describe(`homes that cannot take the agent${noDisk === null ? '' : ` [not here: ${noDisk}]`}`, () => {
  test.skipIf(noDisk)('a full disk is said before anything is uploaded', async () => {
    const disk = mountSmallDisk(16);
    onTestFinished(() => disk.unmount());
    disk.fillUpTo(1);
    const { session } = await openHost();
    const deps = depsFor(agent, path.join(disk.directory, 'home'));
    await expect(bringUp(session, deps)).rejects.toMatchObject({
      code: 'not-now',
      message: expect.stringMatching(/disk of test host is full: .* free, .* needed/),
      fix: expect.stringContaining('Make room'),
    });
    expect(stagesOf(deps.trace)).toEqual(['probe:ok', 'upload:failed']);
  });

  test.skipIf(noDisk)(
    'an agent that finds no room to start is told apart from one that cannot',
    async () => {
      const disk = mountSmallDisk(16);
      onTestFinished(() => disk.unmount());
      const { session } = await openHost();
      const deps = depsFor(agent, path.join(disk.directory, 'home'));
      const { address } = await bringUp(session, deps);
      await killAgent(address);
      disk.fillUpTo(0);
      await expect(bootstrap(session, deps, { trust: false, tcp: false }, never)).rejects.toMatchObject({
        code: 'not-now',
        message: expect.stringContaining('disk is full'),
      });
      disk.free();
      await killAgent((await bringUp(session, deps)).address);
    },
  );

  test.skipIf(noWorld)('a read-only home', async () => {
    const dir = await newDirectory();
    const { session } = await openHost({ world: { readOnly: [dir] } });
    await expect(bringUp(session, depsFor(agent, path.join(dir, 'home')))).rejects.toMatchObject({
      code: 'agent',
      message: expect.stringContaining('cannot be written'),
      detail: expect.stringContaining('Read-only file system'),
      fix: expect.stringContaining('writable'),
    });
  });
});

describe('the script looks for Node', () => {
  /** Runs the script as a host with nothing but the standard tools would. */
  async function report(home: string): Promise<ReadonlyMap<string, string>> {
    const tools = path.join(home, 'tools');
    await mkdir(tools);
    for (const tool of [
      'uname',
      'df',
      'awk',
      'dirname',
      'sha256sum',
      'mkdir',
      'tail',
      'rm',
      'chmod',
      'mv',
      'sh',
      'sed',
      'head',
      'tr',
      'cat',
    ]) {
      const { stdout } = await run('sh', ['-c', `command -v ${tool}`]);
      await symlink(stdout.trim(), path.join(tools, tool));
    }
    const what = { arrived: null, trust: true, tcp: false, idleMs: 1_000, marker: 'mark' };
    const input = { agentHome: '~/.gaffer', sha256: '0'.repeat(64), ...what };
    const child = run('/bin/sh', [], { env: { HOME: home, PATH: tools, SHELL: '/bin/false' } });
    child.child.stdin?.end(bootstrapScript(input));
    const found = parseReport(`noise of a login\n${(await child).stdout}`, 'mark');
    if (!found) throw new Error('no report');
    return found;
  }

  test('finds a version manager outside of PATH, and leaves a version that is too old', async () => {
    const home = await mkdtemp(path.join(work, 'nvm '));
    const bin = path.join(home, '.nvm/versions/node/v20.1.0/bin');
    const old = path.join(home, '.nvm/versions/node/v16.20.0/bin');
    await mkdir(bin, { recursive: true });
    await mkdir(old, { recursive: true });
    await writeFile(path.join(old, 'node'), '#!/bin/sh\necho 16.20.0\n');
    await chmod(path.join(old, 'node'), 0o755);
    await symlink(process.execPath, path.join(bin, 'node'));
    const found = await report(home);
    expect(found.get('node')).toBe(path.join(bin, 'node'));
    expect(found.get('node_version')).toBe(process.versions.node);
    expect(found.get('node_old')).toContain('16.20.0');
    expect(found.get('dir')).toBe(path.join(home, '.gaffer/agent', versionName('0'.repeat(64))));
    expect(found.get('start')).toBe('upload');
    expect(Number(found.get('free'))).toBeGreaterThan(0);
  });
});

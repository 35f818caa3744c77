import { createHash } from 'node:crypto';
import { chmod, mkdir, mkdtemp, readdir, rm, symlink, utimes, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { gzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, onTestFinished, test, vi } from 'vitest';
import { mountSmallDisk } from '../../e2e/fixtures/small-disk.ts';
import { accountMissing } from '../../e2e/fixtures/ssh-account.ts';
import { type SshdOptions, sshdMissing } from '../../e2e/fixtures/sshd.ts';
import { worldMissing } from '../../e2e/fixtures/sshd-world.ts';
import { createAgentClient } from '../agent-client/http-client.ts';
import { systemClock } from '../base/clock.ts';
import { runtimePackages } from './runtime/packages.ts';
import { createRuntimes, type Runtimes } from './runtime/runtimes.ts';
import { bringUp, depsFor, killAgent, loadAgent, newDirectory, openHost, stagesOf } from './test-host.ts';
import { Trace } from './trace.ts';

// Servers, agents and uploads take their time on a busy machine.
vi.setConfig({ testTimeout: 180_000 });

const missing = sshdMissing() ?? accountMissing() ?? worldMissing();
if (missing) console.log(`not run here: ${missing}`);
const never = new AbortController().signal;
const pinned = runtimePackages[process.arch === 'arm64' ? 'arm64' : 'x64'];
const FETCH_MS = 10 * 60_000;

let work: string;
let agent: Buffer;
let runtimes: Runtimes;
beforeAll(async () => {
  work = await mkdtemp(path.join(os.tmpdir(), 'gaffer-runtime-'));
  agent = await loadAgent(path.join(work, 'bundle'));
  runtimes = createRuntimes({ dir: path.join(work, 'cache'), env: process.env, home: os.homedir() });
});
afterAll(() => rm(work, { recursive: true, force: true }));

/** Nowhere is a Node.js, and the home is a name of several words. */
async function openBare(options: SshdOptions = {}) {
  const host = await openHost({ ...options, account: { home: 'a home' }, world: { hideNode: true } });
  return { session: host.session, home: host.sshd.home ?? '' };
}

/** One that brings a script instead of Node.js. */
function bringing(script: string): Runtimes {
  const content = Buffer.from(script);
  const sha256 = createHash('sha256').update(content).digest('hex');
  return {
    load: () =>
      Promise.resolve({ version: '99.0.0', sha256, bytes: content.length, packed: gzipSync(content) }),
  };
}

describe.skipIf(missing)('a host without Node.js', () => {
  test(
    'gets the pinned one, keeps it, and runs the agent with it',
    async () => {
      const { session, home } = await openBare({ sftp: false });
      const steps: string[] = [];
      const trace = new Trace('test host', systemClock, ({ stages }) => {
        steps.push(stages.at(-1)?.summary ?? '');
      });
      const deps = { ...depsFor(agent, '~/.gaffer', { runtimes }), trace };
      const first = await bringUp(session, deps);
      expect(stagesOf(trace)).toEqual(['probe:ok', 'runtime:ok', 'upload:ok', 'agent:ok']);
      expect(steps.join('\n')).toMatch(/Uploading: \d+ MB of 4\d MB/);
      const { version } = pinned;
      const node = path.join(home, '.gaffer/runtime', version, 'bin/node');
      expect(first.program?.node).toBe(node);
      expect(await readdir(path.join(home, '.gaffer/runtime'))).toEqual([version]);
      const client = createAgentClient({
        token: first.address.token,
        connect: () => session.openUnixSocket(first.address.socket),
      });
      expect(await client.hello({ signal: never })).toMatchObject({ node: `v${version}`, home });
      const { id } = await client.startProcess(
        { command: 'echo it runs' },
        { signal: never, key: 'runtime' },
      );
      expect((await client.processOutput(id, true, { signal: never })).output).toBe('it runs\n');
      client.close();
      await killAgent(first.address);
      const old = path.join(home, '.gaffer/runtime/18.0.0');
      await mkdir(path.join(old, 'bin'), { recursive: true });
      await utimes(old, 0, 0);
      const later = depsFor(agent, '~/.gaffer');
      expect(await bringUp(session, later)).toMatchObject({ uploaded: false, program: { node } });
      expect(stagesOf(later.trace)).toEqual(['probe:ok', 'agent:ok']);
      expect(later.trace.get().stages[0]?.summary).toContain(`Node.js ${version}`);
      // The agent that was started on it has removed the one that nobody needs any more.
      await expect.poll(() => readdir(path.dirname(old)), { timeout: 60_000 }).toEqual([version]);
    },
    FETCH_MS,
  );

  test('where none can be fetched, and where none is brought', async () => {
    const { session, home } = await openBare();
    const env = { PATH: '/nowhere', npm_config_registry: 'http://127.0.0.1:1/' };
    const offline = createRuntimes({ dir: path.join(home, 'cache'), env, home });
    const deps = depsFor(agent, '~/.gaffer', { runtimes: offline });
    await expect(bringUp(session, deps)).rejects.toMatchObject({
      code: 'agent',
      message: expect.stringContaining(`${pinned.name}@${pinned.version}`),
      fix: expect.stringContaining(path.join(home, 'cache')),
    });
    expect(stagesOf(deps.trace)).toEqual(['probe:ok', 'runtime:failed']);
    await expect(bringUp(session, depsFor(agent, '~/.gaffer'))).rejects.toMatchObject({
      code: 'agent',
      fix: expect.stringContaining('Install Node.js 18 or newer'),
    });
  });

  test('whose C library is too old, and one with musl', async () => {
    const dir = await newDirectory();
    const tools = path.join(dir, 'tools');
    await mkdir(tools);
    const { session } = await openBare({ setEnv: { PATH: `${tools}:/usr/bin:/bin` } });
    const put = async (name: string, script: string) => {
      await writeFile(path.join(tools, name), `#!/bin/sh\n${script}\n`);
      await chmod(path.join(tools, name), 0o755);
    };
    const fault = (): Promise<unknown> =>
      bringUp(session, depsFor(agent, '~/.gaffer', { runtimes })).catch((error: unknown) => error);
    await put('getconf', 'echo glibc 2.17');
    expect(await fault()).toMatchObject({ message: expect.stringContaining('glibc 2.17) is too old') });
    await put('getconf', 'exit 1');
    await put('ldd', 'echo "ldd (GNU libc) 2.12"; echo Copyright');
    expect(await fault()).toMatchObject({ message: expect.stringContaining('glibc 2.12) is too old') });
    const musl = '{ echo "musl libc (x86_64)"; echo "Version 1.2.4"; echo Dynamic; } >&2; exit 1';
    await put('ldd', musl);
    expect(await fault()).toMatchObject({
      message: expect.stringContaining('(musl 1.2.4)'),
      fix: expect.stringContaining('apk add nodejs'),
    });
  });

  test('where the one that was brought does not run', async () => {
    const { session, home } = await openBare();
    const lacking =
      '#!/bin/sh\necho "node: error while loading libstdc++.so.6: no such file" >&2\nexit 127\n';
    const deps = depsFor(agent, '~/.gaffer', { runtimes: bringing(lacking) });
    await expect(bringUp(session, deps)).rejects.toMatchObject({
      code: 'agent',
      message: expect.stringContaining('it lacks libstdc++.so.6'),
      fix: expect.stringContaining('libstdc++.so.6'),
    });
    expect(stagesOf(deps.trace)).toEqual(['probe:ok', 'runtime:ok', 'upload:failed']);
    expect(await readdir(path.join(home, '.gaffer/runtime'))).toEqual([]);
  });

  test('that has no room for it', async () => {
    const disk = mountSmallDisk(32);
    onTestFinished(() => disk.unmount());
    const { session } = await openBare();
    const large: Runtimes = {
      load: () =>
        Promise.resolve({ version: '1', sha256: '', bytes: 120_000_000, packed: Buffer.alloc(1_000) }),
    };
    const deps = depsFor(agent, path.join(disk.directory, 'home'), { runtimes: large });
    await expect(bringUp(session, deps)).rejects.toMatchObject({
      message: expect.stringMatching(/disk of test host is full: \d+ MB are free, 124 MB are needed/),
    });
  });
});

describe.skipIf(missing)('a host whose PATH has no Node.js', () => {
  test('is searched in the usual places', async () => {
    const dir = await newDirectory();
    const tools = path.join(dir, 'tools');
    await mkdir(tools);
    const names = 'sh uname sed getconf df awk sha256sum mkdir rm chmod mv cat tail head dirname'.split(
      ' ',
    );
    for (const name of names) await symlink(path.join('/usr/bin', name), path.join(tools, name));
    const { session } = await openHost({ setEnv: { PATH: tools } });
    const found = await bringUp(session, depsFor(agent, path.join(dir, 'home')));
    expect(found.program?.node).toMatch(/^\/.*node$/);
  });
});

import { execFile } from 'node:child_process';
import { chmod, mkdir, mkdtemp, readdir, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import http from 'node:http';
import os from 'node:os';
import path from 'node:path';
import { promisify } from 'node:util';
import type { AgentAddress } from '@shared/agent-protocol/index.ts';
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest';
import { buildAgent } from '../../e2e/fixtures/agent-bundle.ts';
import { type Sshd, type SshdOptions, sshdMissing, startSshd } from '../../e2e/fixtures/sshd.ts';
import { systemClock } from '../base/clock.ts';
import { silentLog } from '../base/log.ts';
import { systemRandom } from '../base/random.ts';
import { type BootstrapDeps, bootstrap } from './bootstrap.ts';
import { bootstrapScript, parseReport, versionName } from './bootstrap-script.ts';
import { connect } from './connect.ts';
import { ChannelRefused, type Session } from './session.ts';
import { connectOptions, newPerson, targetOf } from './test-connect.ts';

const missing = sshdMissing();
if (missing) console.log(`not run here: ${missing}`);
const run = promisify(execFile);
const never = new AbortController().signal;

let work: string;
let agent: Buffer;
beforeAll(async () => {
  work = await mkdtemp(path.join(os.tmpdir(), 'gaffer bootstrap '));
  agent = await readFile(await buildAgent(path.join(work, 'bundle')));
});
afterAll(() => rm(work, { recursive: true, force: true }));

async function openHost(options: SshdOptions = {}): Promise<{ session: Session; sshd: Sshd }> {
  const sshd = await startSshd(options);
  onTestFinished(() => sshd.dispose());
  const person = await newPerson(work, [sshd]);
  const session = await connect(
    connectOptions(person, targetOf(sshd), { identityFile: sshd.clientKey }),
    never,
  );
  onTestFinished(() => session.close());
  return { session, sshd };
}

/** A home for one agent; what runs there is ended with the test. */
async function newHome(name: string): Promise<BootstrapDeps> {
  const agentHome = path.join(await mkdtemp(path.join(work, 'home-')), name);
  return { agent, agentHome, host: 'test host', clock: systemClock, random: systemRandom, log: silentLog };
}

function endLater(address: AgentAddress): void {
  onTestFinished(() => {
    process.kill(address.pid);
  });
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

describe.skipIf(missing)('bootstrap on a real sshd', () => {
  test('the first time uploads and starts, the second uses what is there', async () => {
    const { session } = await openHost();
    const deps = await newHome(`a home with 'quotes' and Ünïcode`);
    const first = await bootstrap(session, deps, never);
    endLater(first.address);
    expect(first.uploaded).toBe(true);
    expect(await hello(session, first.address)).toBe(200);
    const again = await bootstrap(session, deps, never);
    expect(again.uploaded).toBe(false);
    expect(again.address).toEqual(first.address);
    const [version] = await readdir(path.join(deps.agentHome, 'agent'));
    expect(await readdir(path.join(deps.agentHome, 'agent', version ?? ''))).toEqual(['agent.cjs']);
  });

  test('an agent that was killed is started again without an upload', async () => {
    const { session } = await openHost();
    const deps = await newHome('home');
    const first = await bootstrap(session, deps, never);
    process.kill(first.address.pid, 'SIGKILL');
    const again = await bootstrap(session, deps, never);
    endLater(again.address);
    expect(again.uploaded).toBe(false);
    expect(again.address.pid).not.toBe(first.address.pid);
    expect(await hello(session, again.address)).toBe(200);
  });

  test('a damaged file on the host is replaced', async () => {
    const { session } = await openHost();
    const deps = await newHome('home');
    const first = await bootstrap(session, deps, never);
    process.kill(first.address.pid);
    const [version] = await readdir(path.join(deps.agentHome, 'agent'));
    await writeFile(path.join(deps.agentHome, 'agent', version ?? '', 'agent.cjs'), 'broken');
    const again = await bootstrap(session, deps, never);
    endLater(again.address);
    expect(again.uploaded).toBe(true);
  });

  test('a host without SFTP gets the file through cat', async () => {
    const { session } = await openHost({ sftp: false });
    const { address, uploaded } = await bootstrap(session, await newHome('it is'), never);
    endLater(address);
    expect(uploaded).toBe(true);
    expect(await hello(session, address)).toBe(200);
  });

  test('a home that cannot be made is named', async () => {
    const { session } = await openHost();
    const deps = await newHome('home');
    await writeFile(path.join(path.dirname(deps.agentHome), 'file'), '');
    const agentHome = path.join(path.dirname(deps.agentHome), 'file', 'below');
    await expect(bootstrap(session, { ...deps, agentHome }, never)).rejects.toMatchObject({
      code: 'agent',
      message: expect.stringContaining(agentHome),
    });
  });

  test('an agent that does not start is a fault with what it said', async () => {
    const { session } = await openHost();
    const deps = {
      ...(await newHome('home')),
      agent: Buffer.from('console.error("no luck"); process.exit(3)'),
    };
    await expect(bootstrap(session, deps, never)).rejects.toMatchObject({
      code: 'agent',
      detail: expect.stringContaining('no luck'),
    });
  });

  test('a socket that is not there is a refusal, not the end of the connection', async () => {
    const { session } = await openHost();
    await expect(session.openUnixSocket(path.join(work, 'none.sock'))).rejects.toBeInstanceOf(
      ChannelRefused,
    );
    expect((await session.exec('echo on', '', never)).stdout).toBe('on\n');
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
    ]) {
      const { stdout } = await run('sh', ['-c', `command -v ${tool}`]);
      await symlink(stdout.trim(), path.join(tools, tool));
    }
    const input = { agentHome: '~/.gaffer', sha256: '0'.repeat(64), uploaded: '', marker: 'mark' };
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

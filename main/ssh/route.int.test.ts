import { execFile } from 'node:child_process';
import { chmod, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import net from 'node:net';
import os from 'node:os';
import path from 'node:path';
import { promisify } from 'node:util';
import type { ConnectTrace, StageName } from '@shared/model/host.ts';
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest';
import { isAlive } from '../../e2e/fixtures/process-tree.ts';
import { type Sshd, sshdMissing, startSshd } from '../../e2e/fixtures/sshd.ts';
import { systemClock } from '../base/clock.ts';
import type { Person } from './config/person.ts';
import { type ConnectOptions, connect } from './connect.ts';
import type { Session } from './session.ts';
import { connectOptions, hostBlock, newPerson, refusalOf, targetOf } from './test-connect.ts';
import { Trace } from './trace.ts';

const missing = sshdMissing();
const run = promisify(execFile);
const never = new AbortController().signal;
const WAIT = { timeout: 60_000 };

/** Carries bytes between its standard input and output and a port, and tells its pid. */
const RELAY = `
const [, , host, port, pidFile] = process.argv;
if (pidFile) require('node:fs').writeFileSync(pidFile, String(process.pid));
process.stderr.write('relay to ' + port + '\\n');
const socket = require('node:net').connect(Number(port), host);
socket.on('error', (error) => { process.stderr.write(error.code + '\\n'); process.exit(7); });
process.stdin.pipe(socket).pipe(process.stdout);
socket.on('close', () => process.exit(0));
`;

async function isRunning(program: string): Promise<boolean> {
  const { stdout } = await run('ps', ['-axo', 'args=']);
  return stdout.includes(program);
}

describe(`the way to a host${missing ? ` [not here: ${missing}]` : ''}`, () => {
  let dir: string;
  let relay: string;
  let [outer, middle, inner]: Sshd[] = [];
  beforeAll(async () => {
    dir = await mkdtemp(path.join(os.tmpdir(), 'gaffer route '));
    relay = path.join(dir, 'relay.cjs');
    await writeFile(relay, RELAY);
    if (missing === null)
      [outer, middle, inner] = await Promise.all([startSshd(), startSshd(), startSshd()]);
  });
  afterAll(async () => {
    for (const one of [outer, middle, inner]) await one?.dispose();
    await rm(dir, { recursive: true, force: true });
  });

  const servers = () => {
    if (!outer || !middle || !inner) throw new Error('the servers were not started');
    return { outer, middle, inner };
  };
  const person = async (config: string, env: Person['env'] = {}): Promise<Person> => {
    const home = await mkdtemp(path.join(dir, 'home '));
    return newPerson(home, Object.values(servers()), { config, env });
  };
  const open = async (options: ConnectOptions): Promise<Session> => {
    const session = await connect(options, never);
    onTestFinished(() => session.close());
    return session;
  };
  const echo = async (session: Session) => (await session.exec('echo in', '', never)).stdout;
  const stages = ({ trace }: ConnectOptions) =>
    trace.get().stages.map(({ stage, hop, state }) => `${stage} ${hop} ${state}`);
  const quiet = (sshd: Sshd) => expect.poll(() => sshd.connections(), WAIT).toEqual([]);

  test.skipIf(missing)('two hops, by the names of the configuration, each with its own key', async () => {
    const { outer, inner } = servers();
    const options = connectOptions(
      await person(hostBlock('bastion', outer) + hostBlock('gpu-box', inner, ['ProxyJump bastion'])),
      'gpu-box',
    );
    expect(await echo(await open(options))).toBe('in\n');
    expect(stages(options)).toEqual([
      'configuration gpu-box ok',
      'configuration bastion ok',
      'name bastion ok',
      'tcp bastion ok',
      'handshake bastion ok',
      'host-key bastion ok',
      'authentication bastion ok',
      'proxy gpu-box ok',
      'handshake gpu-box ok',
      'host-key gpu-box ok',
      'authentication gpu-box ok',
    ]);
    expect((await outer.connections()).length).toBeGreaterThan(0);
  });

  test.skipIf(missing)('three hops, as a chain of names and as a list', async () => {
    const { outer, middle, inner } = servers();
    const blocks = hostBlock('one', outer) + hostBlock('two', middle, ['ProxyJump one']);
    const list = `one,ssh://${targetOf(middle)}`;
    const config = `${blocks + hostBlock('chain', inner, ['ProxyJump two']) + hostBlock('list', inner, [`ProxyJump ${list}`])}
Host 127.0.0.1
  IdentityFile ${middle.clientKey}
`;
    for (const target of ['chain', 'list']) {
      const options = connectOptions(await person(config), target);
      expect(await echo(await open(options))).toBe('in\n');
      const passed = stages(options).filter((line) => line.startsWith('authentication'));
      expect(passed).toHaveLength(3);
    }
  });

  test.skipIf(missing)('jump hosts that lead in a circle are told, not followed', async () => {
    const { outer } = servers();
    const config = hostBlock('a', outer, ['ProxyJump b']) + hostBlock('b', outer, ['ProxyJump a']);
    const options = connectOptions(await person(config), 'a');
    const fault = await refusalOf(connect(options, never));
    expect(fault).toMatchObject({ code: 'configuration', fix: expect.stringContaining('ProxyJump none') });
  });

  test.skipIf(missing)('the end of any hop ends the whole, and leaves nothing behind', async () => {
    const { outer, middle, inner } = servers();
    const config =
      hostBlock('one', outer) +
      hostBlock('two', middle, ['ProxyJump one']) +
      hostBlock('three', inner, ['ProxyJump two']);
    const someone = await person(config);
    for (const broken of [outer, middle, inner]) {
      const session = await connect(connectOptions(someone, 'three'), never);
      const waiting = session.exec('cat; sleep 600', '', never);
      await broken.cut();
      await expect(waiting).rejects.toMatchObject({ code: 'closed' });
      expect(await session.closed).toMatchObject({ code: 'closed' });
      await Promise.all([outer, middle, inner].map(quiet));
    }
    const session = await connect(connectOptions(someone, 'three'), never);
    await session.close();
    await Promise.all([outer, middle, inner].map(quiet));
  });

  test.skipIf(missing)(
    'a jump host that lets nobody on, and one that does not reach the host, are named',
    async () => {
      const { inner } = servers();
      const closed = await startSshd({ config: ['AllowTcpForwarding no'] });
      onTestFinished(() => closed.dispose());
      const gone = await startSshd();
      await gone.dispose();
      const home = await mkdtemp(path.join(dir, 'home '));
      const config =
        hostBlock('closed', closed) +
        hostBlock('behind', inner, ['ProxyJump closed']) +
        hostBlock('open', inner) +
        hostBlock('nobody', gone, ['ProxyJump open']);
      const someone = await newPerson(home, [closed, inner], { config });
      const forbidden = connectOptions(someone, 'behind');
      expect(await refusalOf(connect(forbidden, never))).toMatchObject({
        code: 'unreachable',
        fix: expect.stringContaining('AllowTcpForwarding'),
      });
      expect(stages(forbidden).at(-1)).toBe('proxy behind failed');
      expect(await refusalOf(connect(connectOptions(someone, 'nobody'), never))).toMatchObject({
        code: 'unreachable',
        message: expect.stringContaining('open cannot connect to 127.0.0.1'),
      });
    },
  );

  test.skipIf(missing)('a ProxyCommand with its tokens, which ends with the connection', async () => {
    const { inner } = servers();
    const pidFile = path.join(dir, 'pid of relay');
    const command = `'${process.execPath}' '${relay}' %h %p '${pidFile}' # %n %%`;
    const config = hostBlock('relayed', inner, [`ProxyCommand ${command}`]);
    const options = connectOptions(await person(config), 'relayed');
    const session = await open(options);
    expect(await echo(session)).toBe('in\n');
    const pid = Number(await readFile(pidFile, 'utf8'));
    const proxy = options.trace.get().stages.find(({ stage }) => stage === 'proxy');
    expect(proxy).toMatchObject({ state: 'ok', detail: `relay to ${inner.port}` });
    expect(isAlive(pid)).toBe(true);
    await session.close();
    await expect.poll(() => isAlive(pid), WAIT).toBe(false);
  });

  test.skipIf(missing)(
    'a ProxyCommand that fails says what it wrote, and one that is killed ends the connection',
    async () => {
      const { inner } = servers();
      const gone = await startSshd();
      await gone.dispose();
      const pidFile = path.join(dir, 'pid of killed');
      const through = (port: number) =>
        `ProxyCommand '${process.execPath}' '${relay}' 127.0.0.1 ${port} '${pidFile}'`;
      const config =
        hostBlock('fails', inner, [through(gone.port)]) + hostBlock('dies', inner, [through(inner.port)]);
      const someone = await person(config);
      const failing = connectOptions(someone, 'fails');
      expect(await refusalOf(connect(failing, never))).toMatchObject({
        code: 'unreachable',
        message: expect.stringContaining('it ended with 7'),
        detail: expect.stringContaining('ECONNREFUSED'),
      });
      expect(stages(failing).at(-1)).toBe('proxy fails failed');
      const session = await open(connectOptions(someone, 'dies'));
      const waiting = session.exec('sleep 600', '', never);
      process.kill(Number(await readFile(pidFile, 'utf8')), 'SIGKILL');
      await expect(waiting).rejects.toMatchObject({ name: 'LinkFault' });
      await quiet(inner);
    },
  );

  test.skipIf(missing)(
    'a ProxyCommand that says nothing is bounded by ConnectTimeout, with what it started',
    async () => {
      const { inner } = servers();
      const script = path.join(dir, 'silent.sh');
      await writeFile(script, '#!/bin/sh\n[ "$2" = inner ] && sleep 600\n"$0" x inner &\nwait\n');
      await chmod(script, 0o700);
      const config = hostBlock('silent', inner, [`ProxyCommand '${script}' %h`, 'ConnectTimeout 2']);
      const fault = await refusalOf(connect(connectOptions(await person(config), 'silent'), never));
      expect(fault.message).toContain('no server answers through it');
      await expect.poll(() => isRunning(script), WAIT).toBe(false);
    },
  );

  test.skipIf(missing)('a jump host behind a ProxyCommand', async () => {
    const { outer, inner } = servers();
    const command = `ProxyCommand '${process.execPath}' '${relay}' %h %p`;
    const config = hostBlock('outer', outer, [command]) + hostBlock('inner', inner, ['ProxyJump outer']);
    const session = await open(connectOptions(await person(config), 'inner'));
    expect(await echo(session)).toBe('in\n');
    await session.close();
    await Promise.all([outer, inner].map(quiet));
  });

  test.skipIf(missing)('an abort in any stage leaves nothing behind', async () => {
    const { outer, inner } = servers();
    const command = `ProxyCommand '${process.execPath}' '${relay}' %h %p`;
    const config = hostBlock('outer', outer, [command]) + hostBlock('inner', inner, ['ProxyJump outer']);
    const someone = await person(config);
    const all: readonly (readonly [StageName, string])[] = [
      ['configuration', 'inner'],
      ['configuration', 'outer'],
      ['proxy', 'outer'],
      ['handshake', 'outer'],
      ['host-key', 'outer'],
      ['authentication', 'outer'],
      ['proxy', 'inner'],
      ['handshake', 'inner'],
      ['host-key', 'inner'],
      ['authentication', 'inner'],
    ];
    for (const [stage, hop] of all) {
      const stop = new AbortController();
      const onChange = ({ stages: now }: ConnectTrace) => {
        const last = now.at(-1);
        if (last?.stage === stage && last.hop === hop) stop.abort(new Error(`stopped at ${stage}`));
      };
      const trace = new Trace('inner', systemClock, onChange);
      const connecting = connect(connectOptions(someone, 'inner', { trace }), stop.signal);
      await expect(connecting).rejects.toThrow(`stopped at ${stage}`);
      await Promise.all([outer, inner].map(quiet));
      await expect.poll(() => isRunning(relay), WAIT).toBe(false);
    }
  });

  test('a name that nobody knows, a port where nobody speaks, and one where nobody speaks SSH', async () => {
    const silent = net.createServer((socket) => socket.resume());
    const other = net.createServer((socket) => socket.end('220 mail.example ready\r\n'));
    const listen = (server: net.Server) =>
      new Promise<number>((resolve) =>
        server.listen(0, '127.0.0.1', () => {
          const address = server.address();
          resolve(typeof address === 'object' ? (address?.port ?? 0) : 0);
        }),
      );
    onTestFinished(() => {
      silent.close();
      other.close();
    });
    const config = 'Host *\n  ConnectTimeout 1\n';
    const home = await mkdtemp(path.join(dir, 'home '));
    const someone = await newPerson(home, [], { config });
    const refusal = (target: string) => refusalOf(connect(connectOptions(someone, target), never));
    const unknown = await refusal('gaffer-no-such-host.invalid');
    expect(unknown).toMatchObject({ code: 'unreachable', final: false, fix: expect.any(String) });
    expect(await refusal(`127.0.0.1:${await listen(silent)}`)).toMatchObject({
      code: 'unreachable',
      message: expect.stringContaining('did not answer in time'),
    });
    expect(await refusal(`127.0.0.1:${await listen(other)}`)).toMatchObject({ code: 'unreachable' });
  });
});

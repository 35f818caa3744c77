import { execFile } from 'node:child_process';
import { copyFile, mkdtemp, rm, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest';
import { type Sshd, sshdMissing, startSshAgent, startSshd } from '../../e2e/fixtures/sshd.ts';
import type { Person } from './config/person.ts';
import { type ConnectOptions, connect } from './connect.ts';
import { LinkFault } from './fault.ts';
import { fingerprint } from './known-hosts.ts';
import type { Session } from './session.ts';
import { connectOptions, newPerson, targetOf } from './test-connect.ts';

const missing = sshdMissing();
const run = promisify(execFile);
const never = new AbortController().signal;

describe.skipIf(missing)(`connect to a real sshd${missing ? ` [not here: ${missing}]` : ''}`, () => {
  let sshd: Sshd;
  let home: string;
  let person: Person;
  beforeAll(async () => {
    sshd = await startSshd();
    home = await mkdtemp(path.join(os.tmpdir(), 'gaffer home '));
    person = await newPerson(home, [sshd]);
  });
  afterAll(async () => {
    await sshd.dispose();
    await rm(home, { recursive: true, force: true });
  });

  const options = (change: Partial<ConnectOptions> = {}): ConnectOptions =>
    connectOptions(person, targetOf(sshd), { identityFile: sshd.clientKey, ...change });
  const open = async (change: Partial<ConnectOptions> = {}): Promise<Session> => {
    const session = await connect(options(change), never);
    onTestFinished(() => session.close());
    return session;
  };
  const refusal = async (change: Partial<ConnectOptions>): Promise<LinkFault> => {
    const caught: unknown = await connect(options(change), never).then(
      (session) => session.close(),
      (error: unknown) => error,
    );
    if (caught instanceof LinkFault) return caught;
    throw new Error(`no LinkFault but ${String(caught)}`);
  };
  /** Somebody else, whose list of known hosts is this. */
  const personWith = async (knownHosts: string): Promise<Person & { readonly file: string }> => {
    const dir = await mkdtemp(path.join(home, 'known'));
    const other = await newPerson(dir, []);
    const file = path.join(dir, '.ssh', 'known_hosts');
    await writeFile(file, knownHosts);
    return { ...other, file };
  };

  test('a key file, and an exec gives output, error output and exit code', async () => {
    const session = await open();
    const result = await session.exec('cat; echo wrong >&2; exit 7', 'ä b\n', never);
    expect(result).toEqual({ code: 7, stdout: 'ä b\n', stderr: 'wrong\n' });
  });

  test('a real ssh-agent', async () => {
    const agent = await startSshAgent(sshd.clientKey);
    onTestFinished(() => agent.dispose());
    const env = { SSH_AUTH_SOCK: agent.socket };
    const session = await open({ identityFile: null, person: { ...person, env } });
    expect((await session.exec('echo in', '', never)).stdout).toBe('in\n');
  });

  test('the default keys when no key is chosen and the agent has died', async () => {
    const own = await mkdtemp(path.join(home, 'default '));
    const env = { SSH_AUTH_SOCK: path.join(own, 'gone.sock') };
    const someone = await newPerson(own, [sshd], { env });
    await copyFile(sshd.clientKey, path.join(own, '.ssh', 'id_ed25519'));
    const session = await open({ identityFile: null, person: someone });
    expect((await session.exec('echo in', '', never)).code).toBe(0);
  });

  test('a changed host key is refused with both fingerprints and the line', async () => {
    const stranger = (await run('ssh-keygen', ['-y', '-f', sshd.strangerKey])).stdout.split(' ');
    const { file, ...someone } = await personWith(
      `# first\n[127.0.0.1]:${sshd.port} ${stranger[0]} ${stranger[1]}\n`,
    );
    const fault = await refusal({ person: someone });
    expect(fault.code).toBe('host-key');
    expect(fault.message).toContain(fingerprint(Buffer.from(stranger[1] ?? '', 'base64')));
    expect(fault.message).toContain(fingerprint(Buffer.from(sshd.hostKey.split(' ')[1] ?? '', 'base64')));
    expect(fault.message).toContain(`${file}:2`);
  });

  test('a host with several keys is asked for one that is known', async () => {
    const other = path.join(home, 'other_host_key');
    await run('ssh-keygen', ['-q', '-t', 'ed25519', '-N', '', '-f', other]);
    const both = await startSshd({ hostKeyType: 'rsa', config: [`HostKey "${other}"`] });
    onTestFinished(() => both.dispose());
    const session = await open({
      target: targetOf(both),
      identityFile: both.clientKey,
      person: await personWith(both.knownHosts),
    });
    expect((await session.exec('echo in', '', never)).stdout).toBe('in\n');
  });

  test('a revoked host key is refused, even where the same key is also known', async () => {
    const { file, ...someone } = await personWith(`${sshd.knownHosts}@revoked * ${sshd.hostKey}\n`);
    const fault = await refusal({ person: someone });
    expect(fault.code).toBe('host-key');
    expect(fault.message).toContain(`${file}:2`);
  });

  test('a key that the host does not know is refused once and for all', async () => {
    const fault = await refusal({ identityFile: sshd.strangerKey });
    expect(fault.code).toBe('auth');
    expect(fault.final).toBe(true);
    expect(fault.message).toContain(sshd.strangerKey);
  });

  test('a key with a passphrase that nobody gives stays locked, and a key that is not there is named', async () => {
    const locked = path.join(home, 'locked');
    await copyFile(sshd.clientKey, locked);
    await run('ssh-keygen', ['-q', '-p', '-P', '', '-N', 'secret', '-f', locked]);
    expect(await refusal({ identityFile: locked })).toMatchObject({
      code: 'auth',
      message: expect.stringContaining('passphrase'),
      fix: expect.stringContaining('ssh-add'),
    });
    expect(await refusal({ identityFile: path.join(home, 'nothing') })).toMatchObject({
      code: 'auth',
      message: expect.stringContaining('does not exist'),
    });
  });

  test('nobody listens', async () => {
    const gone = await startSshd();
    await gone.dispose();
    const fault = await refusal({ target: targetOf(gone) });
    expect(fault).toMatchObject({ code: 'unreachable', final: false });
  });

  test('a cut fails what was waiting and says that the session is closed', async () => {
    const session = await open();
    await session.exec('true', '', never);
    const waiting = session.exec('cat; sleep 600', '', never);
    expect(await sshd.cut()).toBeGreaterThan(0);
    await expect(waiting).rejects.toMatchObject({ code: 'closed' });
    expect(await session.closed).toMatchObject({ code: 'closed' });
    await expect(session.exec('true', '', never)).rejects.toMatchObject({ code: 'closed' });
  });

  test('a peer that freezes counts as gone after the stall time, and closing does not wait for it', async () => {
    const frozen = await startSshd();
    onTestFinished(() => frozen.dispose());
    const someone = await personWith(frozen.knownHosts);
    const parts = { target: targetOf(frozen), identityFile: frozen.clientKey, person: someone };
    const [first, second] = [await open({ ...parts, stallMs: 600 }), await open(parts)];
    await frozen.freeze();
    const waiting = first.exec('true', '', never);
    await expect(waiting).rejects.toMatchObject({ code: 'closed' });
    await second.close();
    expect(await second.closed).toMatchObject({ code: 'closed' });
  });

  test('an abort ends the connecting and is not a fault', async () => {
    const stop = new AbortController();
    const connecting = connect(options(), stop.signal);
    stop.abort(new Error('not needed any more'));
    await expect(connecting).rejects.toThrow('not needed any more');
  });
});

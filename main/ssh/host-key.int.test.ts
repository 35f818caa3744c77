import { execFile } from 'node:child_process';
import { mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest';
import { type Sshd, sshdMissing, startSshd } from '../../e2e/fixtures/sshd.ts';
import type { Person } from './config/person.ts';
import { type ConnectOptions, connect } from './connect.ts';
import { fingerprint } from './known-hosts.ts';
import { appendKnownHost } from './known-hosts-file.ts';
import type { Questions } from './questions.ts';
import type { Session } from './session.ts';
import { answering, connectOptions, hostBlock, newPerson, refusalOf, targetOf } from './test-connect.ts';

const missing = sshdMissing();
const run = promisify(execFile);
const never = new AbortController().signal;

describe(`host keys${missing ? ` [not here: ${missing}]` : ''}`, () => {
  let dir: string;
  let started: Sshd | null = null;
  beforeAll(async () => {
    dir = await mkdtemp(path.join(os.tmpdir(), 'gaffer host key '));
    if (missing === null) started = await startSshd();
  });
  afterAll(async () => {
    await started?.dispose();
    await rm(dir, { recursive: true, force: true });
  });

  const server = () => {
    if (started === null) throw new Error('the server was not started');
    return started;
  };
  const print = () => fingerprint(Buffer.from(server().hostKey.split(' ')[1] ?? '', 'base64'));
  const name = () => `[127.0.0.1]:${server().port}`;
  const known = (person: Person) => path.join(person.home, '.ssh', 'known_hosts');
  /** Somebody whose list of known hosts is this; null: there is none, nor a directory for it. */
  const someone = async (content: string | null, config = ''): Promise<Person> => {
    const person = await newPerson(await mkdtemp(path.join(dir, 'home ')), [], { config });
    if (content === null) await rm(path.join(person.home, '.ssh'), { recursive: true });
    else await writeFile(known(person), content);
    return person;
  };
  const optionsFor = (person: Person, change: Partial<ConnectOptions> = {}) =>
    connectOptions(person, targetOf(server()), { identityFile: server().clientKey, ...change });
  const open = async (options: ConnectOptions): Promise<Session> => {
    const session = await connect(options, never);
    onTestFinished(() => session.close());
    return session;
  };
  const accepts = () => answering(() => null, true);
  const stranger = async () => (await run('ssh-keygen', ['-y', '-f', server().strangerKey])).stdout.trim();

  test.skipIf(missing)(
    'an unknown key is asked about with its fingerprint, kept when accepted, and then known',
    async () => {
      const person = await someone(null);
      const questions = accepts();
      await open(optionsFor(person, { questions }));
      const target = targetOf(server());
      expect(questions.asked).toEqual([
        {
          host: target,
          hop: target,
          via: [],
          fingerprint: print(),
          keyType: 'ssh-ed25519',
          knownHostsFile: known(person),
        },
      ]);
      expect(await readFile(known(person), 'utf8')).toMatch(/^\S+ ssh-ed25519 \S+\n$/);
      expect((await stat(known(person))).mode & 0o777).toBe(0o600);
      expect((await stat(path.dirname(known(person)))).mode & 0o777).toBe(0o700);
      const again = answering(() => null, false);
      await open(optionsFor(person, { questions: again }));
      expect(again.asked).toEqual([]);
      // OpenSSH reads what we wrote.
      const { stdout } = await run('ssh-keygen', ['-F', name(), '-f', known(person)]);
      expect(stdout).toContain(server().hostKey);
    },
  );

  test.skipIf(missing)('what is kept can be hashed; a line without its end is respected', async () => {
    const person = await someone('other ssh-ed25519 AAAA', 'Host *\n  HashKnownHosts yes\n');
    await open(optionsFor(person, { questions: accepts() }));
    const lines = (await readFile(known(person), 'utf8')).split('\n');
    expect(lines).toEqual(['other ssh-ed25519 AAAA', expect.stringMatching(/^\|1\|/), '']);
    const { stdout } = await run('ssh-keygen', ['-F', name(), '-f', known(person)]);
    expect(stdout).toContain(server().hostKey);
    await open(optionsFor(person));
  });

  test.skipIf(missing)('a key that is not accepted ends the attempt for good and is not kept', async () => {
    const person = await someone('');
    const options = optionsFor(person, { questions: answering(() => null, false) });
    const fault = await refusalOf(connect(options, never));
    expect(fault).toMatchObject({
      code: 'host-key',
      final: true,
      message: expect.stringContaining(print()),
    });
    expect(await readFile(known(person), 'utf8')).toBe('');
    expect(options.trace.get().stages.at(-1)).toMatchObject({ stage: 'host-key', state: 'failed' });
  });

  test.skipIf(missing)(
    'a question that nobody answers ends with the patience of the server, for good',
    async () => {
      const other = await startSshd();
      onTestFinished(() => other.dispose());
      const questions: Questions = {
        ...accepts(),
        hostKey: (_question, signal) =>
          new Promise((_resolve, reject) => {
            signal.addEventListener('abort', () => reject(signal.reason as Error));
            void other.cut();
          }),
      };
      const person = await someone('');
      const options = connectOptions(person, targetOf(other), { identityFile: other.clientKey, questions });
      const fault = await refusalOf(connect(options, never));
      expect(fault).toMatchObject({
        code: 'auth',
        final: true,
        message: expect.stringContaining('Nobody answered'),
      });
    },
  );

  test.skipIf(missing)('many connections to one unknown host ask once', async () => {
    const person = await someone('');
    const questions = accepts();
    const options = optionsFor(person, { questions });
    await Promise.all([open(options), open(options), open(options)]);
    expect(questions.asked).toHaveLength(1);
  });

  test.skipIf(missing)(
    'StrictHostKeyChecking: yes refuses what is unknown, accept-new and no keep it unasked',
    async () => {
      const strict = await someone('', 'Host *\n  StrictHostKeyChecking yes\n');
      const questions = accepts();
      const fault = await refusalOf(connect(optionsFor(strict, { questions }), never));
      expect(fault).toMatchObject({
        code: 'host-key',
        fix: expect.stringContaining('StrictHostKeyChecking=ask'),
      });
      for (const value of ['accept-new', 'no', 'off']) {
        const person = await someone('', `Host *\n  StrictHostKeyChecking ${value}\n`);
        await open(optionsFor(person, { questions }));
        expect(await readFile(known(person), 'utf8')).toContain(server().hostKey);
      }
      expect(questions.asked).toEqual([]);
    },
  );

  test.skipIf(missing)(
    'a changed key is refused whatever the configuration says, with the command that removes the old one',
    async () => {
      const other = await stranger();
      for (const value of ['ask', 'accept-new', 'no']) {
        const person = await someone(
          `# first\n${name()} ${other}\n`,
          `Host *\n  StrictHostKeyChecking ${value}\n`,
        );
        const questions = accepts();
        const fault = await refusalOf(connect(optionsFor(person, { questions }), never));
        expect(fault).toMatchObject({ code: 'host-key', final: true });
        expect(fault.message).toContain(fingerprint(Buffer.from(other.split(' ')[1] ?? '', 'base64')));
        expect(fault.message).toContain(print());
        expect(fault.message).toContain(`${known(person)}:2`);
        expect(questions.asked).toEqual([]);
        const command = /"(ssh-keygen -R [^"]+)"/.exec(fault.fix ?? '')?.[1];
        await run('sh', ['-c', command ?? 'exit 1']);
        await open(optionsFor(person, { questions }));
      }
    },
  );

  test.skipIf(missing)(
    'a changed key under a pattern names the line, and the command removes it',
    async () => {
      const person = await someone(`# first\n[127.0.0.*]:* ${await stranger()}\n# last\n`);
      const fault = await refusalOf(connect(optionsFor(person, { questions: accepts() }), never));
      const command = /"(sed [^"]+)"/.exec(fault.fix ?? '')?.[1];
      await run('sh', ['-c', command ?? 'exit 1']);
      expect(await readFile(known(person), 'utf8')).toBe('# first\n# last\n');
    },
  );

  test.skipIf(missing)('hashed names, other files, and revoked keys', async () => {
    const hashed = await someone(`${name()} ${server().hostKey}\n`);
    await run('ssh-keygen', ['-H', '-f', known(hashed)]);
    expect(await readFile(known(hashed), 'utf8')).toMatch(/^\|1\|/);
    await open(optionsFor(hashed));
    const revoked = await someone(`${name()} ${server().hostKey}\n@revoked * ${server().hostKey}\n`);
    const fault = await refusalOf(connect(optionsFor(revoked, { questions: accepts() }), never));
    expect(fault).toMatchObject({
      code: 'host-key',
      final: true,
      message: expect.stringContaining('revoked'),
    });
    const global = path.join(dir, 'global known hosts');
    await writeFile(global, `${name()} ${server().hostKey}\n`);
    await open(optionsFor(await someone('', `Host *\n  GlobalKnownHostsFile "${global}"\n`)));
    const second = `Host *\n  UserKnownHostsFile ~/.ssh/first "${global}"\n`;
    await open(optionsFor(await someone('', second)));
  });

  test.skipIf(missing)(
    'a HostKeyAlias, without the port; and a configuration that keeps nothing',
    async () => {
      const config = hostBlock('box', server(), ['HostKeyAlias shared-name']);
      const person = await someone(`shared-name ${server().hostKey}\n`, config);
      await open(connectOptions(person, 'box'));
      const nowhere = await someone('', 'Host *\n  UserKnownHostsFile none\n');
      const questions = accepts();
      await open(optionsFor(nowhere, { questions }));
      expect(questions.asked).toMatchObject([{ knownHostsFile: 'none' }]);
      expect(await readFile(known(nowhere), 'utf8')).toBe('');
    },
  );

  test.skipIf(missing)(
    'an authority for certificates: the plain key is asked about, and it is said why',
    async () => {
      const person = await someone(`@cert-authority * ${await stranger()}\n`);
      const questions = accepts();
      const options = optionsFor(person, { questions });
      await open(options);
      expect(questions.asked).toHaveLength(1);
      const stage = options.trace.get().stages.find((one) => one.stage === 'host-key');
      expect(stage?.detail).toContain('does not check certificates');
    },
  );

  test.skipIf(missing)(
    'only such key types are offered as the configuration names, those on record first',
    async () => {
      const rsa = path.join(dir, 'rsa_host_key');
      await run('ssh-keygen', ['-q', '-t', 'rsa', '-b', '2048', '-N', '', '-f', rsa]);
      const both = await startSshd({ config: [`HostKey "${rsa}"`] });
      onTestFinished(() => both.dispose());
      const typeFor = async (content: string, config: string) => {
        const questions = accepts();
        const person = await someone(content, config);
        await open(connectOptions(person, targetOf(both), { identityFile: both.clientKey, questions }));
        return questions.asked.map((one) => 'keyType' in one && one.keyType);
      };
      expect(await typeFor('', '')).toEqual(['ssh-ed25519']);
      expect(await typeFor('', 'Host *\n  HostKeyAlgorithms rsa-sha2-256\n')).toEqual(['ssh-rsa']);
      expect(await typeFor('', 'Host *\n  HostKeyAlgorithms -ssh-ed25519\n')).toEqual(['ssh-rsa']);
      const publicRsa = (await readFile(`${rsa}.pub`, 'utf8')).split(' ').slice(0, 2).join(' ');
      expect(await typeFor(`[127.0.0.1]:${both.port} ${publicRsa}\n`, '')).toEqual([]);
    },
  );

  test('lines that are added at the same time all arrive whole', async () => {
    const file = path.join(dir, 'new', 'directory', 'known_hosts');
    const lines = Array.from({ length: 50 }, (_, at) => `host-${at} ssh-ed25519 ${'A'.repeat(60 + at)}`);
    await Promise.all(lines.map((line) => appendKnownHost(file, line)));
    expect((await readFile(file, 'utf8')).split('\n').toSorted()).toEqual(['', ...lines].toSorted());
  });
});

import { execFile } from 'node:child_process';
import { copyFile, mkdtemp, readFile, rm, utimes, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { promisify } from 'node:util';
import ssh2, { type AuthContext } from 'ssh2';
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest';
import { accountMissing } from '../../e2e/fixtures/ssh-account.ts';
import {
  type Sshd,
  type SshdOptions,
  sshdMissing,
  startSshAgent,
  startSshd,
} from '../../e2e/fixtures/sshd.ts';
import { Keyring } from './auth/keyring.ts';
import type { Person } from './config/person.ts';
import { type ConnectOptions, connect } from './connect.ts';
import type { Questions } from './questions.ts';
import type { Session } from './session.ts';
import { answering, connectOptions, hostBlock, newPerson, refusalOf, targetOf } from './test-connect.ts';

const missing = sshdMissing();
const noAccount = missing ?? accountMissing();
const run = promisify(execFile);
const never = new AbortController().signal;
const notHere = (reason: string | null) => (reason === null ? '' : ` [not here: ${reason}]`);

let dir: string;
beforeAll(async () => {
  dir = await mkdtemp(path.join(os.tmpdir(), 'gaffer login '));
});
afterAll(() => rm(dir, { recursive: true, force: true }));

async function start(options: SshdOptions = {}): Promise<Sshd> {
  const sshd = await startSshd(options);
  onTestFinished(() => sshd.dispose());
  return sshd;
}

async function someone(servers: readonly Sshd[], config = '', env: Person['env'] = {}): Promise<Person> {
  return newPerson(await mkdtemp(path.join(dir, 'home ')), servers, { config, env });
}

async function open(options: ConnectOptions): Promise<Session> {
  const session = await connect(options, never);
  onTestFinished(() => session.close());
  return session;
}

const signedIn = async (options: ConnectOptions) =>
  (await (await open(options)).exec('echo in', '', never)).stdout;
const detailOf = ({ trace }: ConnectOptions) =>
  trace.get().stages.findLast(({ stage }) => stage === 'authentication')?.detail ?? '';

/** The server's key behind a passphrase, which is quick to try. */
async function lockedKey(sshd: Sshd): Promise<string> {
  const file = path.join(await mkdtemp(path.join(dir, 'key ')), 'locked key');
  await copyFile(sshd.clientKey, file);
  await run('ssh-keygen', ['-q', '-p', '-a', '1', '-P', '', '-N', 'secret', '-f', file]);
  return file;
}

describe(`keys${notHere(missing)}`, () => {
  test.skipIf(missing)(
    'a passphrase is asked for when the server wants the key, again when wrong, and once for the run',
    async () => {
      const sshd = await start();
      const file = await lockedKey(sshd);
      const person = await someone([sshd]);
      const questions = answering((_label, attempt) => (attempt === 1 ? 'wrong' : 'secret'));
      const keyring = new Keyring();
      const options = connectOptions(person, targetOf(sshd), { identityFile: file, questions, keyring });
      expect(await signedIn(options)).toBe('in\n');
      const secret = `ssh:passphrase:${file}`;
      const prompts = [{ label: `Passphrase for ${file}`, echo: false, secret }];
      const common = {
        host: targetOf(sshd),
        hop: targetOf(sshd),
        via: [],
        method: 'passphrase',
        instructions: '',
      };
      expect(questions.asked).toEqual([
        { ...common, prompts, attempt: 1 },
        { ...common, prompts, attempt: 2 },
      ]);
      expect(await signedIn(options)).toBe('in\n');
      expect(questions.asked).toHaveLength(2);
      // Another file under the same name is another key.
      await utimes(file, new Date(), new Date(Date.now() + 60_000));
      expect(await signedIn(options)).toBe('in\n');
      expect(questions.asked).toHaveLength(4);
    },
  );

  test.skipIf(missing)(
    'a key of the old format with a passphrase, alone and with its public half beside it',
    async () => {
      const sshd = await start();
      const rsa = path.join(await mkdtemp(path.join(dir, 'key ')), 'id_rsa');
      await run('ssh-keygen', ['-q', '-t', 'rsa', '-b', '2048', '-m', 'PEM', '-N', 'secret', '-f', rsa]);
      const { stdout } = await run('cat', [`${rsa}.pub`]);
      await writeFile(path.join(sshd.dir, 'authorized_keys'), stdout);
      const person = await someone([sshd]);
      for (const beside of [true, false]) {
        if (!beside) await rm(`${rsa}.pub`);
        const questions = answering(() => 'secret');
        const options = connectOptions(person, targetOf(sshd), { identityFile: rsa, questions });
        expect(await signedIn(options)).toBe('in\n');
        expect(questions.asked).toHaveLength(1);
      }
    },
  );

  test.skipIf(missing)('two connections that want the same locked key ask once', async () => {
    const sshd = await start();
    const file = await lockedKey(sshd);
    const questions = answering(() => 'secret');
    const options = connectOptions(await someone([sshd]), targetOf(sshd), {
      identityFile: file,
      questions,
    });
    expect(await Promise.all([signedIn(options), signedIn(options)])).toEqual(['in\n', 'in\n']);
    expect(questions.asked).toHaveLength(1);
  });

  test.skipIf(missing)('a passphrase that is wrong to the end, and one that is declined', async () => {
    const sshd = await start();
    const file = await lockedKey(sshd);
    const person = await someone([sshd], 'Host *\n  NumberOfPasswordPrompts 2\n');
    const wrong = answering(() => 'wrong');
    const asked = connectOptions(person, targetOf(sshd), { identityFile: file, questions: wrong });
    expect(await refusalOf(connect(asked, never))).toMatchObject({ code: 'auth', final: true });
    expect(wrong.asked).toHaveLength(2);
    const declined = answering(() => null);
    const fault = await refusalOf(connect({ ...asked, questions: declined }, never));
    expect(fault).toMatchObject({
      code: 'auth',
      final: true,
      message: expect.stringContaining('stays locked'),
    });
    expect(declined.asked).toHaveLength(1);
  });

  test.skipIf(missing)(
    'an ssh-agent signs for the named file, for all its keys, and for the named only',
    async () => {
      const sshd = await start();
      const agent = await startSshAgent(sshd.clientKey);
      onTestFinished(() => agent.dispose());
      await run('ssh-add', ['-q', sshd.strangerKey], {
        env: { ...process.env, SSH_AUTH_SOCK: agent.socket },
      });
      const env = { SSH_AUTH_SOCK: agent.socket };
      // Only the public half lies where the configuration points, as with keys of a password manager.
      const file = path.join(await mkdtemp(path.join(dir, 'key ')), 'public only');
      await copyFile(`${sshd.clientKey}.pub`, `${file}.pub`);
      const named = `Host *\n  IdentityFile "${file}"\n  IdentitiesOnly yes\n`;
      const byName = connectOptions(await someone([sshd], named, env), targetOf(sshd));
      expect(await signedIn(byName)).toBe('in\n');
      expect(detailOf(byName)).not.toContain('refused');
      const all = connectOptions(await someone([sshd], '', env), targetOf(sshd));
      expect(await signedIn(all)).toBe('in\n');
      const strange = `Host *\n  IdentityFile "${sshd.strangerKey}"\n  IdentitiesOnly yes\n`;
      const other = connectOptions(await someone([sshd], strange, env), targetOf(sshd));
      expect(await refusalOf(connect(other, never))).toMatchObject({
        code: 'auth',
        message: expect.stringContaining(sshd.strangerKey),
      });
      const off = 'Host *\n  IdentityAgent none\n';
      const without = connectOptions(await someone([sshd], off, env), targetOf(sshd));
      expect(await refusalOf(connect(without, never))).toMatchObject({
        message: expect.stringContaining('There is no key'),
      });
    },
  );

  test.skipIf(missing)(
    'keys of every kind, from an ssh-agent, from a file and behind a passphrase',
    async () => {
      const sshd = await start();
      const kinds = [
        ['rsa', '2048'],
        ['ecdsa', '256'],
        ['ecdsa', '521'],
        ['ed25519', '256'],
      ] as const;
      for (const [type, bits] of kinds) {
        const file = path.join(await mkdtemp(path.join(dir, 'key ')), type);
        await run('ssh-keygen', ['-q', '-t', type, '-b', bits, '-N', '', '-f', file]);
        await copyFile(`${file}.pub`, path.join(sshd.dir, 'authorized_keys'));
        const agent = await startSshAgent(file);
        onTestFinished(() => agent.dispose());
        const person = await someone([sshd], '', { SSH_AUTH_SOCK: agent.socket });
        expect(await signedIn(connectOptions(person, targetOf(sshd)))).toBe('in\n');
        const plain = connectOptions(await someone([sshd]), targetOf(sshd), { identityFile: file });
        expect(await signedIn(plain)).toBe('in\n');
        await run('ssh-keygen', ['-q', '-p', '-a', '1', '-P', '', '-N', 'secret', '-f', file]);
        const questions = answering(() => 'secret');
        expect(await signedIn({ ...plain, keyring: new Keyring(), questions })).toBe('in\n');
      }
    },
  );

  test.skipIf(missing)(
    'a server that has seen too many keys: the fix is to offer the right one only',
    async () => {
      const sshd = await start({ config: ['MaxAuthTries 2'] });
      const agent = await startSshAgent(sshd.strangerKey);
      onTestFinished(() => agent.dispose());
      for (const name of ['one', 'two', 'three']) {
        const file = path.join(await mkdtemp(path.join(dir, 'key ')), name);
        await run('ssh-keygen', ['-q', '-t', 'ed25519', '-N', '', '-f', file]);
        await run('ssh-add', ['-q', file], { env: { ...process.env, SSH_AUTH_SOCK: agent.socket } });
      }
      const person = await someone([sshd], '', { SSH_AUTH_SOCK: agent.socket });
      const fault = await refusalOf(connect(connectOptions(person, targetOf(sshd)), never));
      expect(fault).toMatchObject({
        code: 'auth',
        final: true,
        fix: expect.stringContaining('IdentitiesOnly yes'),
      });
    },
  );

  test.skipIf(missing)(
    'the ssh-agent can be used from the host only when it is lent, and where the server allows it',
    async () => {
      const sshd = await start();
      const agent = await startSshAgent(sshd.clientKey);
      onTestFinished(() => agent.dispose());
      const person = await someone([sshd], 'Host *\n  ForwardAgent yes\n', { SSH_AUTH_SOCK: agent.socket });
      const keysThere = async (options: ConnectOptions) => {
        const session = await open(options);
        return (await session.exec('ssh-add -l; echo "$SSH_AUTH_SOCK"', '', never)).stdout;
      };
      const options = connectOptions(person, targetOf(sshd));
      expect(await keysThere(options)).toBe('\n');
      expect(await keysThere({ ...options, lendAgentTo: path.join(dir, 'home there') })).toContain(
        '(ED25519)',
      );
      const closed = await start({ config: ['AllowAgentForwarding no'] });
      const other = await someone([closed], '', { SSH_AUTH_SOCK: agent.socket });
      const lent = connectOptions(other, targetOf(closed), {
        identityFile: closed.clientKey,
        lendAgentTo: path.join(dir, 'home there'),
      });
      expect(await keysThere(lent)).toBe('\n');
      expect(lent.trace.get().stages.at(-1)).toMatchObject({
        stage: 'forwarding',
        state: 'ok',
        summary: expect.stringContaining('AllowAgentForwarding'),
      });
    },
  );

  test.skipIf(missing)('what the server offers and what was tried is told', async () => {
    const sshd = await start();
    const config = `Host *\n  IdentityFile "${sshd.strangerKey}"\n  IdentityFile "${sshd.clientKey}"\n`;
    const options = connectOptions(await someone([sshd], config), targetOf(sshd));
    expect(await signedIn(options)).toBe('in\n');
    expect(detailOf(options)).toMatch(
      /^The server offers: publickey\.\n.*stranger_key, SHA256:\S+: refused\.$/,
    );
  });
});

describe('servers other than OpenSSH', () => {
  /** One that lets nobody in by `method`, but says what `answer` does. */
  async function serve(answer: (ctx: AuthContext) => void): Promise<string> {
    const key = path.join(await mkdtemp(path.join(dir, 'key ')), 'host');
    await run('ssh-keygen', ['-q', '-t', 'ed25519', '-N', '', '-f', key]);
    const server = new ssh2.Server({ hostKeys: [await readFile(key)], banner: 'Be \u001b[1mkind\n' });
    server.on('connection', (client) => {
      client.on('authentication', answer);
      client.on('error', () => undefined);
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    onTestFinished(() => void server.close());
    const address = server.address();
    if (address === null || typeof address === 'string') throw new Error('no port was given');
    return `ada@127.0.0.1:${address.port}`;
  }
  const newKeys = 'Host *\n  StrictHostKeyChecking accept-new\n';

  test.skipIf(missing)('a password that must be changed first is said, with the way to do it', async () => {
    const target = await serve((ctx) => {
      if (ctx.method === 'password') ctx.requestChange('Change it now', () => ctx.reject());
      else ctx.reject(['password']);
    });
    const questions = answering(() => 'old');
    const options = connectOptions(await someone([], newKeys), target, { questions });
    expect(await refusalOf(connect(options, never))).toMatchObject({
      code: 'auth',
      final: true,
      message: expect.stringContaining('has expired'),
      detail: 'Change it now',
      fix: expect.stringContaining('ssh '),
    });
  });

  test.skipIf(missing)(
    'several prompts at once, what is said above them, and one that may be seen',
    async () => {
      const target = await serve((ctx) => {
        if (ctx.method !== 'keyboard-interactive') return ctx.reject(['keyboard-interactive']);
        const prompts = [
          { prompt: 'Account: ', echo: true },
          { prompt: 'Password:', echo: false },
        ];
        ctx.prompt(prompts, 'Corporate\u202e login', 'Answer\r\nboth.', (answers) => {
          if (answers.join() === 'work,secret') ctx.accept();
          else ctx.reject(['keyboard-interactive']);
        });
      });
      const questions = answering((label, attempt) =>
        label === 'Account' ? 'work' : attempt > 1 ? 'secret' : 'x',
      );
      const options = connectOptions(await someone([], newKeys), target, { questions });
      await open(options);
      expect(questions.asked).toMatchObject([
        {
          instructions: 'Corporate login\nAnswer\nboth.',
          attempt: 1,
          prompts: [
            { label: 'Account', echo: true, secret: null },
            {
              label: 'Password',
              echo: false,
              secret: expect.stringContaining('ssh:password:ada@127.0.0.1'),
            },
          ],
        },
        { attempt: 2 },
      ]);
      expect(detailOf(options)).toContain('The server says: Be [1mkind');
    },
  );

  test.skipIf(missing)(
    'a password that is asked for again in one round trip is not answered from memory again',
    async () => {
      let asks = 0;
      const target = await serve((ctx) => {
        if (ctx.method !== 'keyboard-interactive') return ctx.reject(['keyboard-interactive']);
        const again = () => {
          if (++asks > 6) return ctx.reject([]);
          ctx.prompt([{ prompt: 'Password:', echo: false }], again);
        };
        again();
      });
      const questions = answering(() => 'old');
      const options = connectOptions(await someone([], newKeys), target, { questions });
      await refusalOf(connect(options, never));
      // With `attempt` 1 the asker gives what it remembers, without a question.
      expect(questions.asked.filter((asked) => 'attempt' in asked && asked.attempt === 1)).toHaveLength(1);
    },
  );

  test.skipIf(missing)('a server that offers to ask and then does not is not tried for ever', async () => {
    let tries = 0;
    const target = await serve((ctx) => {
      if (ctx.method === 'keyboard-interactive') tries++;
      ctx.reject(['keyboard-interactive']);
    });
    const questions = answering(() => 'x');
    const options = connectOptions(await someone([], newKeys), target, { questions });
    expect(await refusalOf(connect(options, never))).toMatchObject({ code: 'auth', final: true });
    expect(tries).toBe(1);
    expect(questions.asked).toEqual([]);
  });
});

describe(`passwords and prompts${notHere(noAccount)}`, () => {
  const password = 'geheim é';
  const code = '123456';

  test.skipIf(noAccount)('a password, wrong at first', async () => {
    const sshd = await start({ account: { password }, config: ['KbdInteractiveAuthentication no'] });
    const questions = answering((_label, attempt) => (attempt === 1 ? 'wrong' : password));
    const options = connectOptions(await someone([sshd]), targetOf(sshd), { questions });
    expect(await signedIn(options)).toBe('in\n');
    const secret = `ssh:password:ada@127.0.0.1:${sshd.port}`;
    expect(questions.asked).toMatchObject([
      { method: 'password', attempt: 1, prompts: [{ label: 'Password', echo: false, secret }] },
      { method: 'password', attempt: 2 },
    ]);
    expect(detailOf(options)).toContain('the password: refused');
  });

  test.skipIf(noAccount)(
    'two prompts, one after the other: a password that may be kept, a code that may not',
    async () => {
      const sshd = await start({ account: { password, code } });
      const questions = answering((label) => (label === 'Password' ? password : code));
      const options = connectOptions(await someone([sshd]), targetOf(sshd), { questions });
      expect(await signedIn(options)).toBe('in\n');
      const secret = `ssh:password:ada@127.0.0.1:${sshd.port}`;
      expect(questions.asked).toMatchObject([
        {
          method: 'keyboard-interactive',
          attempt: 1,
          prompts: [{ label: 'Password', echo: false, secret }],
        },
        {
          method: 'keyboard-interactive',
          attempt: 1,
          prompts: [{ label: 'Verification code', secret: null }],
        },
      ]);
    },
  );

  test.skipIf(noAccount)(
    'a wrong code is asked for again from the start, as often as the configuration says',
    async () => {
      const sshd = await start({ account: { password, code } });
      const questions = answering((label) => (label === 'Password' ? password : '000000'));
      const person = await someone([sshd], 'Host *\n  NumberOfPasswordPrompts 2\n');
      const fault = await refusalOf(connect(connectOptions(person, targetOf(sshd), { questions }), never));
      expect(fault).toMatchObject({ code: 'auth', final: true });
      expect(questions.asked.map((one) => 'attempt' in one && one.attempt)).toEqual([1, 1, 2, 2]);
    },
  );

  test.skipIf(noAccount)(
    'a key and then a code: what the server accepted in part is not repeated',
    async () => {
      const methods = ['AuthenticationMethods publickey,keyboard-interactive'];
      const sshd = await start({ account: { password, code }, config: methods });
      const rsa = path.join(await mkdtemp(path.join(dir, 'key ')), 'rsa');
      await run('ssh-keygen', ['-q', '-t', 'rsa', '-b', '2048', '-N', '', '-f', rsa]);
      await run('sh', ['-c', `cat "${rsa}.pub" >> "${sshd.dir}/authorized_keys"`]);
      for (const identityFile of [sshd.clientKey, rsa]) {
        const questions = answering((label) => (label === 'Password' ? password : code));
        const options = connectOptions(await someone([sshd]), targetOf(sshd), { questions, identityFile });
        expect(await signedIn(options)).toBe('in\n');
        expect(questions.asked).toHaveLength(2);
        expect(detailOf(options)).toContain('accepted, and more is asked for: keyboard-interactive');
      }
    },
  );

  test.skipIf(noAccount)('prompts of a jump host say so, and those of the host behind it', async () => {
    const outer = await start({ account: { password: 'outer' } });
    const inner = await start({ account: { password: 'inner', name: 'bob' } });
    const config =
      hostBlock('bastion', outer, ['IdentityFile none']) + hostBlock('box', inner, ['ProxyJump bastion']);
    const person = await someone([outer, inner], config.replaceAll(/IdentityFile .*key\n/g, '\n'));
    const questions: Questions & { said: string[] } = {
      ...answering(() => null),
      said: [],
      async signIn({ host, hop, via, prompts }) {
        this.said.push(`${host}/${via.join(',')}/${hop}: ${prompts.map(({ label }) => label).join()}`);
        return [hop === 'bastion' ? 'outer' : 'inner'];
      },
    };
    expect(await signedIn(connectOptions(person, 'box', { questions }))).toBe('in\n');
    expect(questions.said).toEqual(['box//bastion: Password', 'box/bastion/box: Password']);
  });

  test.skipIf(noAccount)('what is declined ends the attempt for good', async () => {
    const sshd = await start({ account: { password, code } });
    const questions = answering((label) => (label === 'Password' ? password : null));
    const options = connectOptions(await someone([sshd]), targetOf(sshd), { questions });
    const fault = await refusalOf(connect(options, never));
    expect(fault).toMatchObject({
      code: 'auth',
      final: true,
      message: expect.stringContaining('cancelled'),
    });
    expect(questions.asked).toHaveLength(2);
  });

  test.skipIf(noAccount)(
    'a question that nobody answers ends with the patience of the server, for good',
    async () => {
      const sshd = await start({ account: { password } });
      let ended = false;
      const questions: Questions = {
        ...answering(() => null),
        signIn: (_question, signal) =>
          new Promise((_resolve, reject) => {
            signal.addEventListener('abort', () => {
              ended = true;
              reject(signal.reason as Error);
            });
            void sshd.cut();
          }),
      };
      const options = connectOptions(await someone([sshd]), targetOf(sshd), { questions });
      const fault = await refusalOf(connect(options, never));
      expect(fault).toMatchObject({
        code: 'auth',
        final: true,
        message: expect.stringContaining('Nobody answered'),
      });
      expect(ended).toBe(true);
      expect(options.trace.get().stages.at(-1)).toMatchObject({ stage: 'authentication', state: 'failed' });
    },
  );

  test.skipIf(noAccount)('an abort ends the question', async () => {
    const sshd = await start({ account: { password } });
    const stop = new AbortController();
    const questions: Questions = {
      ...answering(() => null),
      signIn: (_question, signal) =>
        new Promise((_resolve, reject) => {
          signal.addEventListener('abort', () => reject(signal.reason as Error));
          stop.abort(new Error('not needed any more'));
        }),
    };
    const options = connectOptions(await someone([sshd]), targetOf(sshd), { questions });
    await expect(connect(options, stop.signal)).rejects.toThrow('not needed any more');
  });

  test.skipIf(noAccount)('methods that the configuration switches off are not tried', async () => {
    const sshd = await start({ account: { password } });
    const off = 'Host *\n  PreferredAuthentications password\n  PasswordAuthentication no\n';
    const questions = answering(() => password);
    const options = connectOptions(await someone([sshd], off), targetOf(sshd), { questions });
    const fault = await refusalOf(connect(options, never));
    expect(fault).toMatchObject({ code: 'auth', message: expect.stringContaining('keyboard-interactive') });
    expect(questions.asked).toEqual([]);
  });
});

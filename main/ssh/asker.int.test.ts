import { execFile } from 'node:child_process';
import { copyFile, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { promisify } from 'node:util';
import type { HostAnswer, HostQuestion } from '@shared/model/host.ts';
import { describe, expect, onTestFinished, test } from 'vitest';
import { accountMissing } from '../../e2e/fixtures/ssh-account.ts';
import { type Sshd, type SshdOptions, startSshd } from '../../e2e/fixtures/sshd.ts';
import { silentLog } from '../base/log.ts';
import { systemRandom } from '../base/random.ts';
import { type Asker, createAsker } from './asker.ts';
import { Keyring } from './auth/keyring.ts';
import type { Person } from './config/person.ts';
import { connect } from './connect.ts';
import { createRemembered, type Remembered } from './remembered.ts';
import { connectOptions, newPerson } from './test-connect.ts';

const missing = accountMissing();
if (missing) console.log(`not run here: ${missing}`);
const run = promisify(execFile);
const PASSWORD = 'correct horse battery';
const PASSPHRASE = 'open sesame, please';

describe.skipIf(missing)('questions of real connections, answered', () => {
  test('a key, a passphrase, a password and a code let us in; a wrong answer is asked for again', async () => {
    const { sshd, person, asker, open } = await meet({
      account: { password: PASSWORD, code: '24681012' },
      config: ['AuthenticationMethods publickey,keyboard-interactive'],
    });
    const key = path.join(person.home, '.ssh', 'id_ed25519');
    await copyFile(sshd.clientKey, key);
    await run('ssh-keygen', ['-q', '-p', '-P', '', '-N', PASSPHRASE, '-f', key]);
    await writeFile(path.join(person.home, '.ssh', 'known_hosts'), '');
    const asked: string[] = [];
    const opening = open();
    const answering = answerAll(asker, asked, [
      { kind: 'host-key', accept: true },
      typed('no sesame'),
      typed(PASSPHRASE),
      typed(PASSWORD),
      typed('00000000'),
      typed(PASSWORD),
      typed('24681012'),
    ]);
    const session = await opening;
    await answering;
    expect(asked).toEqual([
      'host-key box',
      'Passphrase for ~/.ssh/id_ed25519 (1)',
      'Passphrase for ~/.ssh/id_ed25519 (2)',
      'Password (1)',
      'Verification code (1)',
      'Password (2)',
      'Verification code (2)',
    ]);
    expect((await session.exec('echo in', '', new AbortController().signal)).stdout).toBe('in\n');
    expect(await readFile(path.join(person.home, '.ssh', 'known_hosts'), 'utf8')).toContain(
      sshd.hostKey.split(' ')[1],
    );
  });

  test('what is remembered signs in without a question, until the account has another password', async () => {
    const { sshd, asker, remembered, open } = await meet({ account: { password: PASSWORD } });
    const first = open();
    await answerAll(asker, [], [typed(PASSWORD, true)]);
    await first;
    expect(remembered.has('box')).toBe(true);
    await open();
    expect(await shown(asker)).toEqual([]);

    await writeFile(path.join(sshd.dir, 'etc', 'password'), 'another one by now');
    const asked: string[] = [];
    const third = open();
    await answerAll(asker, asked, [typed('another one by now', true)]);
    await third;
    expect(asked).toEqual(['Password (2)']);
    expect(remembered.known()).toEqual([PASSWORD, 'another one by now']);
  });

  test('a server that goes away takes its question with it, and so does who gives up', async () => {
    const { sshd, asker, open } = await meet({ account: { password: PASSWORD } });
    const first = open().catch((error: unknown) => error);
    await until(asker, (list) => list.length === 1);
    await sshd.stop();
    expect(await first).toMatchObject({ name: 'LinkFault' });
    expect(await shown(asker)).toEqual([]);

    await sshd.restart();
    const giveUp = new AbortController();
    const second = open(giveUp.signal).catch((error: unknown) => error);
    await until(asker, (list) => list.length === 1);
    giveUp.abort(new Error('the window was closed'));
    expect(await second).toMatchObject({ message: 'the window was closed' });
    expect(await shown(asker)).toEqual([]);
  });
});

interface Meeting {
  readonly sshd: Sshd;
  readonly person: Person;
  readonly asker: Asker;
  readonly remembered: Remembered;
  /** One more connection to the server, by its name in the configuration. */
  open(signal?: AbortSignal): ReturnType<typeof connect>;
}

async function meet(options: SshdOptions): Promise<Meeting> {
  const sshd = await startSshd(options);
  onTestFinished(() => sshd.dispose());
  const home = await mkdtemp(path.join(os.tmpdir(), 'gaffer-asked-'));
  onTestFinished(() => rm(home, { recursive: true, force: true }));
  const config = [`Host box`, `HostName ${sshd.hostname}`, `Port ${sshd.port}`, `User ${sshd.username}`];
  const person = await newPerson(home, [sshd], { config: `${config.join('\n')}\n` });
  const kept = new Map<string, string>();
  const remembered = createRemembered({
    persist: true,
    get: async (name) => kept.get(name) ?? null,
    set: async (name, value) => void kept.set(name, value),
    remove: async (name) => void kept.delete(name),
    names: () => [...kept.keys()],
  });
  const asker = createAsker({ remembered, random: systemRandom, log: silentLog });
  const keyring = new Keyring();
  return {
    sshd,
    person,
    asker,
    remembered,
    async open(signal = new AbortController().signal) {
      const session = await connect(connectOptions(person, 'box', { questions: asker, keyring }), signal);
      onTestFinished(() => session.close());
      return session;
    },
  };
}

function typed(value: string, remember = false): HostAnswer {
  return { kind: 'sign-in', values: [value], remember };
}

/** Answers one question after another, and notes what was asked. */
async function answerAll(asker: Asker, asked: string[], answers: readonly HostAnswer[]): Promise<void> {
  let done: string | null = null;
  for (const answer of answers) {
    const [question] = await until(asker, ([first]) => first !== undefined && first.id !== done);
    if (!question) throw new Error('nothing is asked');
    asked.push(wordsOf(question));
    done = question.id;
    expect(await asker.answer(question.id, answer)).toMatchObject({ ok: true });
  }
}

function wordsOf(question: HostQuestion): string {
  if (question.kind === 'host-key') return `host-key ${question.hop}`;
  return `${question.prompts.map(({ label }) => label.replace(/:\s*$/, '')).join(', ')} (${question.attempt})`;
}

async function until(
  asker: Asker,
  done: (list: readonly HostQuestion[]) => boolean,
): Promise<readonly HostQuestion[]> {
  for await (const list of asker.watch(AbortSignal.timeout(60_000))) if (done(list)) return list;
  throw new Error('it was not asked in time');
}

const shown = (asker: Asker) => until(asker, () => true);

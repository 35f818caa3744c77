import type { HostKeyQuestion, SignInQuestion } from '@shared/model/host.ts';
import { expect, test } from 'vitest';
import { noticeOf, tellQuestions } from './question-notices.ts';

const key: HostKeyQuestion = {
  kind: 'host-key',
  id: '1',
  host: 'gpu-box',
  hop: 'bastion',
  via: [],
  fingerprint: 'SHA256:abc',
  keyType: 'ssh-ed25519',
  knownHostsFile: '~/.ssh/known_hosts',
};

function signIn(method: SignInQuestion['method'], ...labels: readonly string[]): SignInQuestion {
  const prompts = labels.map((label) => ({ label, echo: false, canRemember: false }));
  return {
    kind: 'sign-in',
    id: '2',
    host: 'gpu-box',
    hop: 'gpu-box',
    via: [],
    method,
    instructions: '',
    prompts,
    attempt: 1,
  };
}

test('what is asked, in the words of a person', () => {
  expect(noticeOf(key)).toEqual({ title: 'bastion shows an unknown key', body: 'On the way to gpu-box.' });
  const titles = [
    signIn('keyboard-interactive', 'Verification code: '),
    signIn('keyboard-interactive', 'OTP:'),
    signIn('keyboard-interactive', 'Password', 'Code'),
    signIn('keyboard-interactive', 'Enter 1‮23 or\nelse'),
    signIn('passphrase', 'Passphrase for ~/.ssh/id_ed25519'),
    signIn('password', 'Password'),
  ].map((question) => noticeOf(question).title);
  expect(titles).toEqual([
    'gpu-box asks for a verification code',
    'gpu-box asks for an OTP',
    'gpu-box asks for 2 answers',
    'gpu-box asks for an answer',
    'gpu-box asks for a passphrase',
    'gpu-box asks for a password',
  ]);
});

test('each question is told once, and its end', async () => {
  const told: string[] = [];
  const ended: string[] = [];
  const other = signIn('password', 'Password');
  async function* open() {
    yield [];
    yield [key];
    yield [key, other];
    yield [other];
  }
  await tellQuestions(
    { watch: open },
    (question) => told.push(noticeOf(question).title),
    (id) => ended.push(id),
  ).close();
  expect(ended).toEqual([key.id]);
  expect(told).toEqual(['bastion shows an unknown key', 'gpu-box asks for a password']);
});

import type { HostQuestion } from '@shared/model/host.ts';
import { err, ok } from '@shared/util/result.ts';
import { expect, test } from 'vitest';
import { silentLog } from '../base/log.ts';
import { systemRandom } from '../base/random.ts';
import { type Asker, createAsker } from './asker.ts';
import type { SecretPrompt, SignInAsked } from './questions.ts';
import { type AnswerStore, createRemembered } from './remembered.ts';

const key = {
  host: 'gpu-box',
  hop: 'bastion',
  via: [],
  fingerprint: 'SHA256:abc',
  keyType: 'ssh-ed25519',
  knownHostsFile: '~/.ssh/known_hosts',
};
const password: SecretPrompt = { label: 'Password', echo: false, secret: 'ssh:password:me@gpu-box:22' };
const code: SecretPrompt = { label: 'Verification code', echo: false, secret: null };
const passphrase: SecretPrompt = {
  label: 'Passphrase for ~/.ssh/id_ed25519',
  echo: false,
  secret: 'ssh:passphrase:/home/me/.ssh/id_ed25519',
};

test('the first answer counts, and the question is gone for everybody', async () => {
  const { asker } = open();
  const accepted = asker.hostKey(key, never());
  const question = await next(asker);
  expect(question).toMatchObject({ kind: 'host-key', host: 'gpu-box', hop: 'bastion' });
  expect(await asker.answer(question.id, { kind: 'host-key', accept: true })).toEqual(ok('nowhere'));
  expect(await asker.answer(question.id, { kind: 'host-key', accept: false })).toEqual(
    err({ code: 'gone', message: 'This was answered already, or is no longer asked.' }),
  );
  expect(await accepted).toBe(true);
  expect(await shown(asker)).toEqual([]);
});

test('cancelled is declined', async () => {
  const { asker } = open();
  const accepted = asker.hostKey(key, never());
  await asker.answer((await next(asker)).id, { kind: 'cancel' });
  expect(await accepted).toBe(false);
  const values = asker.signIn(asks([password]), never());
  await asker.answer((await next(asker)).id, { kind: 'cancel' });
  expect(await values).toBeNull();
});

test('an answer that does not fit is refused, and the question stands', async () => {
  const { asker } = open();
  const values = asker.signIn(asks([password, code]), never());
  const { id } = await next(asker);
  const misfit = { ok: false, error: { code: 'bad-answer' } };
  expect(await asker.answer(id, { kind: 'host-key', accept: true })).toMatchObject(misfit);
  expect(await asker.answer(id, typed('one only'))).toMatchObject(misfit);
  expect(await shown(asker)).toHaveLength(1);
  expect(await asker.answer(id, typed('hunter22', '123456'))).toEqual(ok('nowhere'));
  expect(await values).toEqual(['hunter22', '123456']);
});

test('a connection that is given up takes its question with it; others stay', async () => {
  const { asker } = open();
  const giveUp = new AbortController();
  const first = asker.hostKey(key, giveUp.signal);
  const second = asker.signIn(asks([password], { host: 'other' }), never());
  await until(asker, (list) => list.length === 2);
  giveUp.abort(new Error('the server hung up'));
  await expect(first).rejects.toThrow('the server hung up');
  const [left] = await shown(asker);
  expect(left).toMatchObject({ host: 'other' });
  await asker.answer(left?.id ?? '', typed('x'));
  expect(await second).toEqual(['x']);
  await expect(asker.hostKey(key, giveUp.signal)).rejects.toThrow('the server hung up');
  expect(await shown(asker)).toEqual([]);
});

test('what is remembered is not asked again; what cannot be is asked alone', async () => {
  const { asker, store } = open();
  const first = asker.signIn(asks([password, code]), never());
  expect(await asker.answer((await next(asker)).id, typed('hunter22', '123456', true))).toEqual(
    ok('in-key-store'),
  );
  expect(await first).toEqual(['hunter22', '123456']);
  expect([...store.kept.values()]).toEqual(['hunter22']);

  const again = asker.signIn(asks([password, code]), never());
  const question = await next(asker);
  expect(question).toMatchObject({ prompts: [{ label: 'Verification code', canRemember: false }] });
  expect(JSON.stringify(question)).not.toMatch(/hunter22|ssh:password/);
  await asker.answer(question.id, typed('654321'));
  expect(await again).toEqual(['hunter22', '654321']);
  expect(await asker.signIn(asks([password]), never())).toEqual(['hunter22']);
});

test('a remembered answer that was refused is forgotten and asked for', async () => {
  const { asker, remembered } = open();
  await remembered.keep('gpu-box', password.secret ?? '', 'old');
  expect(await asker.signIn(asks([password]), never())).toEqual(['old']);
  const values = asker.signIn(asks([password], { attempt: 2 }), never());
  const question = await next(asker);
  expect(question).toMatchObject({ attempt: 2 });
  expect(remembered.has('gpu-box')).toBe(false);
  await asker.answer(question.id, typed('new', true));
  expect(await values).toEqual(['new']);
  expect(await asker.signIn(asks([password]), never())).toEqual(['new']);
});

test('an answer that is refused while it is still being written is forgotten, too', async () => {
  let go = () => {};
  const slow = new Promise<void>((resolve) => {
    go = resolve;
  });
  const { asker, store } = open({ beforeSet: slow });
  void asker.signIn(asks([password]), never());
  const answered = asker.answer((await next(asker)).id, typed('wrong', true));
  void asker.signIn(asks([password], { attempt: 2 }), never());
  go();
  expect(await answered).toEqual(ok('in-key-store'));
  await next(asker);
  expect(store.kept.size).toBe(0);
});

test('without a key store it is remembered for this run, and said so', async () => {
  const { asker } = open({ persist: false });
  const values = asker.signIn(asks([password]), never());
  expect(await asker.answer((await next(asker)).id, typed('hunter22', true))).toEqual(ok('in-memory'));
  await values;
  expect(await asker.signIn(asks([password]), never())).toEqual(['hunter22']);
});

test('a key store that fails loses no answer: it is used, and not kept', async () => {
  const { asker, store } = open();
  store.broken = true;
  const values = asker.signIn(asks([password]), never());
  expect(await asker.answer((await next(asker)).id, typed('hunter22', true))).toEqual(ok('nowhere'));
  expect(await values).toEqual(['hunter22']);
});

test('the mask knows what was typed unseen and what was used, and forgetting a host takes only its own', async () => {
  const { asker, remembered } = open();
  await remembered.keep('other', passphrase.secret ?? '', 'open sesame');
  await remembered.keep('gpu-box', password.secret ?? '', 'hunter22');
  expect(remembered.known()).toEqual([]);
  await asker.signIn(asks([passphrase]), never());
  const values = asker.signIn(asks([{ label: 'User', echo: true, secret: null }, code]), never());
  await asker.answer((await next(asker)).id, typed('marta', '123456'));
  await values;
  expect(remembered.known()).toEqual(['open sesame', '123456']);
  await remembered.forgetHost('gpu-box');
  expect([remembered.has('gpu-box'), remembered.has('other')]).toEqual([false, true]);
});

test('what a server says is bounded before it travels', async () => {
  const { asker } = open();
  const long = { ...code, label: 'x'.repeat(10_000) };
  void asker.signIn(asks([long], { instructions: 'y'.repeat(100_000) }), never());
  const question = await next(asker);
  if (question.kind !== 'sign-in') throw new Error(question.kind);
  expect(question.prompts[0]?.label).toHaveLength(200);
  expect(question.instructions).toHaveLength(2_000);
});

/** Each its own: what nobody answers keeps listening. */
const never = () => new AbortController().signal;

function asks(prompts: readonly SecretPrompt[], more: Partial<SignInAsked> = {}): SignInAsked {
  return {
    host: 'gpu-box',
    hop: 'gpu-box',
    via: [],
    method: 'keyboard-interactive',
    instructions: '',
    prompts,
    attempt: 1,
    ...more,
  };
}

function typed(...given: readonly (string | true)[]) {
  const values = given.filter((value) => value !== true);
  return { kind: 'sign-in', values, remember: given.includes(true) } as const;
}

interface TestStore extends AnswerStore {
  readonly kept: Map<string, string>;
  broken: boolean;
}

function open({ persist = true, beforeSet = Promise.resolve() } = {}) {
  const kept = new Map<string, string>();
  const store: TestStore = {
    kept,
    broken: false,
    persist,
    get: async (name) => kept.get(name) ?? null,
    async set(name, value) {
      await beforeSet;
      if (store.broken) throw new Error('the key store is locked');
      kept.set(name, value);
    },
    remove: async (name) => void kept.delete(name),
    names: () => [...kept.keys()],
  };
  const remembered = createRemembered(store);
  const asker = createAsker({ remembered, random: systemRandom, log: silentLog });
  return { asker, remembered, store };
}

async function until(
  asker: Asker,
  done: (list: readonly HostQuestion[]) => boolean,
): Promise<readonly HostQuestion[]> {
  for await (const list of asker.watch(never())) if (done(list)) return list;
  throw new Error('the feed ended');
}

async function next(asker: Asker): Promise<HostQuestion> {
  const [first] = await until(asker, (list) => list.length > 0);
  if (!first) throw new Error('nothing is asked');
  return first;
}

const shown = (asker: Asker) => until(asker, () => true);

import { expect, test } from 'vitest';
import { KnownEnv } from './known-env.ts';
import type { Asked } from './login-env.ts';

const HANGS: Asked = { env: null, failure: 'the shell did not answer' };
const READ: Asked = { env: { PATH: '/from/login' }, failure: null };

/** Answers one after the other, and counts how often it was asked. */
function answers(...all: readonly (Asked | Promise<Asked>)[]) {
  let asked = 0;
  return {
    ask: async () => all[asked++] ?? HANGS,
    asked: () => asked,
  };
}

test('a login shell that could not be read is asked again at the next start, one that could is not', async () => {
  const shell = answers(HANGS, READ, HANGS);
  const known = new KnownEnv({ ask: shell.ask, waitMs: 60_000, againMs: 0 });
  expect(await known.tell()).toEqual({ env: expect.objectContaining({}), failure: HANGS.failure });
  expect(await known.get()).toEqual(READ.env);
  expect(await known.tell()).toEqual(READ);
  expect(shell.asked()).toBe(2);
});

test('who starts something does not wait for a slow shell for long; the next one has its answer', async () => {
  let answer: (asked: Asked) => void = () => undefined;
  const shell = answers(
    new Promise<Asked>((resolve) => {
      answer = resolve;
    }),
  );
  const known = new KnownEnv({ ask: shell.ask, waitMs: 1, againMs: 0 });
  expect((await known.get())['PATH']).not.toBe('/from/login');
  expect((await known.tell()).failure).toContain('has not answered yet');
  answer(READ);
  await expect.poll(() => known.get()).toEqual(READ.env);
  expect(shell.asked()).toBe(1);
});

test('one that fails again and again holds nobody up each time', async () => {
  const shell = answers(HANGS, READ);
  const known = new KnownEnv({ ask: shell.ask, waitMs: 60_000, againMs: 60_000 });
  for (let n = 0; n < 3; n++) expect((await known.tell()).failure).toBe(HANGS.failure);
  expect(shell.asked()).toBe(1);
});

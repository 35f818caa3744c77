import { expect, test } from 'vitest';
import { askerWords, promptLabel, rememberHint } from './prompt-words.ts';

const password = { label: 'Password: ', echo: false, canRemember: true };
const code = { label: 'Verification code: ', echo: false, canRemember: false };

test('which machine asks, and through which it is reached', () => {
  expect(askerWords({ host: 'gpu-box', hop: 'gpu-box', via: [] })).toBe('gpu-box');
  expect(askerWords({ host: 'gpu-box', hop: 'gpu-box', via: ['bastion', 'inner'] })).toBe(
    'gpu-box, reached via bastion, inner,',
  );
  expect(askerWords({ host: 'gpu-box', hop: 'bastion', via: [] })).toBe('bastion, on the way to gpu-box,');
});

test('a prompt is a label, also an empty one', () => {
  expect(['Password: ', '(me@box) Code:', '  ', ':'].map(promptLabel)).toEqual([
    'Password',
    '(me@box) Code',
    'Answer',
    'Answer',
  ]);
});

test('what is kept is said where the box does not say it', () => {
  expect(rememberHint([password], true)).toBeNull();
  expect(rememberHint([password, code], true)).toBe('Only “Password”.');
  expect(rememberHint([password], false)).toBe('This system offers no key store.');
  expect(rememberHint([password, code], false)).toBe('Only “Password”. This system offers no key store.');
});

import { expect, test } from 'vitest';
import { compareFingerprint, keyTypeName } from './fingerprint.ts';

const bare = 'zH1r5nqf9yXo8m0m7Cq2Qp0j3sXw1b8e4uV6tKk9aLs';
const shown = `SHA256:${bare}`;

test.each([
  ['', 'nothing'],
  ['  \n', 'nothing'],
  [shown, 'same'],
  [` ${bare}= `, 'same'],
  [`256 ${shown} root@dev-box (ED25519)`, 'same'],
  [shown.toLowerCase(), 'different'],
  [shown.slice(0, -1), 'different'],
  [`SHA256:${bare.replace('z', 'Z')}`, 'different'],
  ['hello', 'different'],
  ['MD5:16:27:ac:a5:76:28:2d:36:63:1b:56:4d:eb:df:a6:48', 'other-kind'],
])('%j is %s', (pasted, comparison) => {
  expect(compareFingerprint(shown, pasted)).toBe(comparison);
});

test('a key’s type is called as ssh-keygen calls it', () => {
  const types = ['ssh-ed25519', 'ecdsa-sha2-nistp256', 'rsa-sha2-512', 'sk-ssh-ed25519@openssh.com', 'new'];
  expect(types.map(keyTypeName)).toEqual(['ED25519', 'ECDSA', 'RSA', 'ED25519-SK', 'new']);
});

import { expect, test } from 'vitest';
import { plainText } from './plain-text.ts';
import { isPasswordPrompt } from './prompt-secret.ts';

test.each([
  'Password',
  'password for ada@box',
  "ada's password",
  '(current) UNIX password',
  'Passwort',
  'Kennwort für ada',
  'Mot de passe',
  'Contraseña',
  'LDAP Password',
])('what is asked by %j may be kept', (label) => {
  expect(isPasswordPrompt(label, false)).toBe(true);
  expect(isPasswordPrompt(label, true)).toBe(false);
});

test.each([
  'Verification code',
  'One-time password (OATH) for `ada`',
  'One time password',
  'OTP',
  'Password + OTP',
  'Password & verification code',
  'Passcode or option (1-3)',
  'Enter PASSCODE',
  'Token_Response',
  'RSA token password',
  'PIN',
  'Enter PIN + password',
  'New password',
  'Retype new password',
  'Enter new UNIX password again',
  'Your password has expired. Change it',
  'Duo two-factor login for ada. Password',
  'Response',
  'Answer',
  '',
])('what is asked by %j is never kept', (label) => {
  expect(isPasswordPrompt(label, false)).toBe(false);
});

test('what a server says loses what could draw something else', () => {
  expect(plainText('  \u001b[31mPassword\u0007:\r\n second\tline \u202eesrever\u2066 ')).toBe(
    '[31mPassword:\n second\tline esrever',
  );
});

import fc from 'fast-check';
import { expect, test } from 'vitest';
import { createMask } from './mask.ts';

const KEY = 'sk-live/abc+def"=123';
const mask = createMask(() => [KEY, 'short', 'another-secret', 'another-secret-that-is-longer']);

test.each([
  ['as it is', `key ${KEY}.`],
  ['in JSON', JSON.stringify({ key: KEY })],
  ['in a URL', `https://x/?key=${encodeURIComponent(KEY)}&a=b`],
  ['in base64', Buffer.from(KEY).toString('base64')],
  ['in base64 for URLs', Buffer.from(KEY).toString('base64url')],
  ['in basic authentication', `Authorization: Basic ${Buffer.from(`u:${KEY}`).toString('base64')}`],
  ['after another name', Buffer.from(`user:${KEY}`).toString('base64')],
  ['before something else', Buffer.from(`abc${KEY}xyz`).toString('base64')],
])('a secret is hidden %s', (_how, text) => {
  const masked = mask.text(text);
  expect(masked).toContain('‹secret›');
  for (const form of [KEY, encodeURIComponent(KEY)]) expect(masked).not.toContain(form);
  const decoded = [...masked.matchAll(/[A-Za-z0-9+/_=-]{8,}/g)].map(([run]) =>
    Buffer.from(run, 'base64').toString(),
  );
  expect(decoded.join()).not.toContain('live/abc');
});

test('a word that is too short to be a secret stays, and a longer secret leaves no part of itself', () => {
  expect(mask.text('a short word')).toBe('a short word');
  expect(mask.text('another-secret-that-is-longer!')).toBe('‹secret›!');
});

test('a secret is hidden however the text arrives, and nothing else is lost or changed', () => {
  const piece = fc.constantFrom(
    KEY,
    'another-secret',
    'sk-live',
    'sk',
    'plain text ',
    '\n',
    'another-',
    'a',
    'é',
  );
  fc.assert(
    fc.property(fc.array(piece, { maxLength: 12 }), fc.array(fc.nat(7)), (pieces, cuts) => {
      const whole = pieces.join('');
      let rest = '';
      let out = '';
      let at = 0;
      for (const cut of [...cuts, whole.length]) {
        const next = mask.part(rest + whole.slice(at, at + cut));
        at += cut;
        out += next.done;
        rest = next.rest;
      }
      expect(out + mask.text(rest)).toBe(mask.text(whole));
      expect(out).not.toContain(KEY);
    }),
  );
});

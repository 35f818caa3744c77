import { expect, it } from 'vitest';
import { TokenMask } from './mask-tokens.ts';

const token = '0123456789abcdef';
const stars = '*'.repeat(token.length);

it('hides every occurrence and keeps every position', () => {
  const mask = new TokenMask([token]);
  expect(mask.text(`a${token}b${token}`)).toBe(`a${stars}b${stars}`);
  const given = Buffer.concat([Buffer.from([0xff]), Buffer.from(token + token), Buffer.from([0x80])]);
  const masked = mask.bytes(given);
  expect(masked).toEqual(
    Buffer.concat([Buffer.from([0xff]), Buffer.from(stars + stars), Buffer.from([0x80])]),
  );
  expect(given.includes(token)).toBe(true);
});

it('leaves what holds none, and hides nothing for a token that is no token', () => {
  const given = Buffer.from('plain');
  expect(new TokenMask([token]).bytes(given)).toBe(given);
  expect(new TokenMask(['']).text('plain')).toBe('plain');
});

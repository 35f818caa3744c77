import { expect, it } from 'vitest';
import { shortPath } from './short-path.ts';

it('writes a home as "~", and only a home', () => {
  expect(shortPath('/home/ada/src/shop', '/home/ada')).toBe('~/src/shop');
  expect(shortPath('/home/ada', '/home/ada')).toBe('~');
  expect(shortPath('/home/adam/src', '/home/ada')).toBe('/home/adam/src');
  expect(shortPath('C:\\Users\\ada\\src', 'C:\\Users\\ada')).toBe('~\\src');
  expect(shortPath('/srv', '')).toBe('/srv');
});

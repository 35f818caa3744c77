import { expect, test } from 'vitest';
import { parseConfig, splitWords } from './parse-config.ts';
import { matchesPattern, matchesPatterns } from './pattern.ts';
import { secondsOf } from './values.ts';

test.each([
  ['a b\tc', ['a', 'b', 'c']],
  ['"a b" c', ['a b', 'c']],
  ["'a \"b' c", ['a "b', 'c']],
  ['a\\ b "c\\"d" \\\\', ['a b', 'c"d', '\\']],
  ['C:\\Users\\ada', ['C:\\Users\\ada']],
  ['a # b', ['a']],
  ['a#b "#c"', ['a#b', '#c']],
  ['"" b', ['', 'b']],
  ['one"two three"four', ['onetwo threefour']],
  ['', []],
] as const)('words of %j', (text, words) => {
  expect(splitWords(text, 'test')).toEqual(words);
});

test('lines: comments, empty ones, equals signs and Windows ends', () => {
  const lines = parseConfig(
    '# c\r\n\r\n Host = a b\r\nport=22\n"User" x # y\nProxyCommand  nc "%h" # z\n',
    'f',
  );
  expect(lines).toEqual([
    { keyword: 'host', args: ['a', 'b'], rest: 'a b', at: 'f:3' },
    { keyword: 'port', args: ['22'], rest: '22', at: 'f:4' },
    { keyword: 'user', args: ['x'], rest: 'x # y', at: 'f:5' },
    { keyword: 'proxycommand', args: ['nc', '%h'], rest: 'nc "%h" # z', at: 'f:6' },
  ]);
  expect(() => parseConfig('Host "a', 'f')).toThrow('f:1');
});

test('patterns: brackets and dots stand for themselves', () => {
  expect(matchesPattern('[::1]:22', '[::1]:*')).toBe(true);
  expect(matchesPattern('axb', 'a.b')).toBe(false);
  expect(matchesPattern('', '*')).toBe(true);
  expect(matchesPattern('ab', 'a?b')).toBe(false);
  expect(matchesPatterns('a', ['!a', '*'])).toBe(false);
  expect(matchesPatterns('b', ['!a'])).toBe(false);
});

test('times', () => {
  expect(['90', '1m30s', '1h', '2D', 'none'].map((text) => secondsOf(text, 'T', 'f'))).toEqual([
    90,
    90,
    3_600,
    172_800,
    null,
  ]);
  expect(() => secondsOf('soon', 'T', 'f')).toThrow('"soon" is no value of T');
});

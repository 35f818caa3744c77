import { describe, expect, it } from 'vitest';
import { expandBraces, globMatches, parseGlob } from './glob-pattern.ts';

const matches = (pattern: string, path: string) => {
  const glob = parseGlob(pattern);
  return glob !== null && globMatches(glob, path.split('/'));
};

describe('a glob', () => {
  it.each([
    ['*.ts', 'a.ts', true],
    ['*.ts', 'deep/er/a.ts', true],
    ['*.ts', 'a.tsx', false],
    ['/*.ts', 'a.ts', true],
    ['/*.ts', 'deep/a.ts', false],
    ['src/*.ts', 'src/a.ts', true],
    ['src/*.ts', 'src/deep/a.ts', false],
    ['src/*.ts', 'other/src/a.ts', false],
    ['src/**/*.ts', 'src/a.ts', true],
    ['src/**/*.ts', 'src/x/y/a.ts', true],
    ['**/test', 'test', true],
    ['**/test', 'a/b/test', true],
    ['a/**', 'a', false],
    ['a/**', 'a/b', true],
    ['a/**', 'a/b/c', true],
    ['a/**/b/**/c', 'a/x/b/y/z/c', true],
    ['a/**/b/**/c', 'a/x/c', false],
    ['**', 'anything/at/all', true],
    ['x**y', 'xaby', true],
    ['x**y', 'xa/by', false],
    ['?.c', 'a.c', true],
    ['?.c', 'ab.c', false],
    ['?', 'ü', true],
    ['?', '😀', true],
    ['[a-c]x', 'bx', true],
    ['[a-c]x', 'dx', false],
    ['[!a-c]x', 'dx', true],
    ['[^a-c]x', 'bx', false],
    ['[]]', ']', true],
    ['[a-]', '-', true],
    ['[[:digit:]_]', '7', true],
    ['[[:digit:]_]', 'a', false],
    ['[\\]]', ']', true],
    ['\\*', '*', true],
    ['\\*', 'a', false],
    ['build/', 'build', true],
    ['.*', '.env', true],
    ['*', '.env', true],
    ['a*b*c', 'aXbYbZc', true],
    ['ein Ordner/*', 'ein Ordner/ä', true],
  ])('%s on %s: %s', (pattern, path, expected) => {
    expect(matches(pattern, path)).toBe(expected);
  });

  it.each(['', '/', '[a', 'a\\', 'a//b'])('%j is none', (pattern) => {
    expect(parseGlob(pattern)).toBeNull();
  });

  it('takes no longer for a pattern that could match in many ways', () => {
    expect(matches(`${'*a'.repeat(500)}b`, 'a'.repeat(5_000))).toBe(false);
    expect(matches(`${'**/a/'.repeat(200)}b`, Array.from({ length: 2_000 }, () => 'a').join('/'))).toBe(
      false,
    );
  });
});

describe('braces', () => {
  it('stand for each of their parts', () => {
    expect(expandBraces('*.{ts,tsx}', 9)).toEqual(['*.ts', '*.tsx']);
    expect(expandBraces('{a,b{c,d}}/{e,f}', 9)).toEqual(['a/e', 'a/f', 'bc/e', 'bc/f', 'bd/e', 'bd/f']);
    expect(expandBraces('\\{a,b\\}', 9)).toEqual(['\\{a,b\\}']);
  });

  it('are none when they do not close, and too many when they grow', () => {
    expect(expandBraces('{a', 9)).toBeNull();
    expect(expandBraces('{a,b}'.repeat(40), 64)).toBeNull();
  });
});

import { describe, expect, it } from 'vitest';
import { parsePattern } from './search-pattern.ts';

const found = (pattern: string, line: string, ignoreCase = false) => {
  const { source, flags } = parsePattern(pattern, true, ignoreCase).js;
  return [...line.matchAll(new RegExp(source, flags))].map((match) => match[0]);
};
const rust = (pattern: string) => parsePattern(pattern, true, false).rust;

describe('a regular expression', () => {
  it.each([
    ['a.c', 'abc a\rc', ['abc', 'a\rc']],
    ['\\d+', '7 ٣', ['7', '٣']],
    ['\\w+', 'größe_1 -', ['größe_1']],
    ['[\\w-]+', 'größe-1', ['größe-1']],
    ['\\bé\\b', 'é été', ['é']],
    ['\\Bt', 'té ét', ['t']],
    ['[\\s\\S]', '\ta', ['\t', 'a']],
    ['\\W', 'a-ü', ['-']],
    ['^a$', 'a', ['a']],
    ['\\Aa\\z', 'a', ['a']],
    ['(?P<name>a)(?<n>b)(c)(?:d)', 'abcd', ['abcd']],
    ['a{2}b{1,}c{0,1}', 'aabbc', ['aabbc']],
    ['a]b}', 'a]b}', ['a]b}']],
    ['[]a]+', 'a]', ['a]']],
    ['[[a]', '[', ['[']],
    ['[a&&b]+', 'a&b', ['a&b']],
    ['[[:digit:][:punct:]]+', '1!', ['1!']],
    ['\\/\\-\\"', '/-"', ['/-"']],
    ['\\x41\\x{42}\\u0043\\t', 'ABC\t', ['ABC\t']],
    ['\\p{Lu}\\pL\\p{Greek}', 'Aaα', ['Aaα']],
    ['a+?', 'aa', ['a', 'a']],
    ['x|', 'ax', ['', 'x', '']],
    ['😀+', '😀😀', ['😀😀']],
    ['(?i)straße', 'STRASSE Straße', ['Straße']],
    ['(?ims)^K$', 'k', ['k']],
  ])('%s in %j', (pattern, line, expected) => {
    expect(found(pattern, line)).toEqual(expected);
  });

  it('does not mind the case when it is told so', () => {
    expect(found('ÄB', 'äb ÄB', true)).toEqual(['äb', 'ÄB']);
  });

  it.each([
    '',
    '(',
    ')',
    'a**',
    '*a',
    '[a',
    '[z-a]',
    'a{',
    'a{2000}',
    'a\nb',
    'a\\nb',
    '[\\n]',
    'a\\',
    '(?=a)',
    '(?!a)',
    '(?<=a)',
    '(?<!a)b',
    '(a)\\1',
    'a(?i)b',
    '(?x)a',
    '\\q',
    '\\k<a>',
    '[\\W]',
    '[\\b]',
    '\\x{110000}',
    '\\x{d800}',
    '\\p{Nonsense}',
    'a\0',
    'x'.repeat(5_000),
  ])('%j is none that both engines know', (pattern) => {
    expect(() => parsePattern(pattern, true, false)).toThrow(expect.objectContaining({ status: 400 }));
  });

  it('is told to ripgrep in characters that mean the same to every version of it', () => {
    expect(rust('\\/[&&]]\\d(?<n>a)#')).toBe('\\x{2f}[\\x{26}\\x{26}]\\x{5d}\\d(?:a)\\x{23}');
  });
});

describe('a text', () => {
  it('is looked for as it is', () => {
    const { js, rust: none } = parsePattern('a.(b)*\\', false, false);
    expect('xa.(b)*\\'.search(new RegExp(js.source, js.flags))).toBe(1);
    expect(none).toBeNull();
    expect(() => parsePattern('a\nb', false, false)).toThrow(/newline/);
  });
});

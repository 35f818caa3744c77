import { describe, expect, it } from 'vitest';
import { searchReplace } from './search-replace.ts';

function edited(text: string, search: string, replace: string, replaceAll = false) {
  const result = searchReplace(text, { search, replace, replaceAll });
  return result.kind === 'edited' ? result.text : result;
}

describe('search and replace', () => {
  it('#300 replaces one match', () => {
    expect(edited('a b c\n', 'b', 'x')).toBe('a x c\n');
  });

  it('#301 #308 refuses what is ambiguous', () => {
    expect(edited('a a\n', 'a', 'x')).toEqual({ kind: 'ambiguous', count: 2 });
  });

  it('#302 #309 replaces all exact matches', () => {
    expect(edited('a a a\n', 'a', 'aa', true)).toBe('aa aa aa\n');
  });

  it('#303 replaces several lines', () => {
    expect(edited('one\ntwo\nthree\n', 'one\ntwo', '1\n2')).toBe('1\n2\nthree\n');
  });

  it('#304 ignores trailing blanks when nothing matches exactly', () => {
    expect(edited('one  \ntwo\t\nthree\n', 'one\ntwo\n', '1\n2\n')).toBe('1\n2\nthree\n');
  });

  it('#305 ignores indentation last and keeps that of the file', () => {
    expect(edited('\tif (a) {\n\t\tb();\n\t}\n', 'if (a) {\n  b();\n}', 'if (a) {\n  c();\n}')).toBe(
      '\tif (a) {\n\t\tc();\n\t}\n',
    );
    expect(edited('        deep();\n', '  deep();\n', '  deeper();\n')).toBe('        deeper();\n');
  });

  it('#306 prefers the exact match', () => {
    expect(edited('  x\nx \n', 'x \n', 'y\n')).toBe('  x\ny\n');
  });

  it('#307 says that nothing matches', () => {
    expect(edited('a\n', 'b', 'c')).toEqual({ kind: 'no-match' });
    expect(edited('a\n\n\n', ' \n \n', 'c')).toEqual({ kind: 'no-match' });
  });

  it('#309 replaces all matches of the winning pass', () => {
    expect(edited('a \nb\na\t\nb\n', 'a\nb\n', 'c\n', true)).toBe('c\nc\n');
    expect(edited('  a\n  b\n    a\n    b\n', ' a\n b', ' c\n d', true)).toBe('  c\n  d\n    c\n    d\n');
  });

  it('#310 takes mixed blanks over several lines', () => {
    expect(edited('\tone \n\t  two\n', ' one\n two', ' 1\n 2')).toContain('1\n');
  });

  it('keeps CRLF line ends', () => {
    expect(edited('one\r\ntwo\r\nthree\r\n', 'one\ntwo', '1\n2')).toBe('1\r\n2\r\nthree\r\n');
    expect(edited('one\r\ntwo\r\n', 'one\ntwo\n', '1\n2\n')).toBe('1\r\n2\r\n');
  });

  it('goes once through a line of a million blanks', () => {
    expect(edited(`a${' '.repeat(2_000_000)}b\n`, 'nowhere', 'x')).toEqual({ kind: 'no-match' });
  });

  it('keeps the missing newline at the end', () => {
    expect(edited('a\nlast', 'last\n', 'end\n')).toBe('a\nend');
  });

  it('removes whole lines', () => {
    expect(edited('a\nb \nc\n', 'b\n', '')).toBe('a\nc\n');
  });
});

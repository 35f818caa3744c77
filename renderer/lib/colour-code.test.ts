import { describe, expect, test } from 'vitest';
import { colourLines, languageOf } from './colour-code.ts';

describe('the language of a file', () => {
  test.each([
    ['a/b.tsx', true],
    ['Dockerfile', true],
    ['Makefile', true],
    ['x.py', true],
    ['notes.txt', false],
    ['LICENSE', false],
    ['a.unheard', false],
  ])('%s: known %s', (path, known) => {
    expect(languageOf(path) !== null).toBe(known);
  });
});

describe('the colours of lines', () => {
  test('go on over the end of a line, and hold all of the text', () => {
    const lines = ['/* one', 'two */ const a = `x', '${y}`;', ''];
    const coloured = colourLines('typescript', lines) ?? [];
    expect(coloured.map((spans) => spans.map(({ text }) => text).join(''))).toEqual(lines);
    expect(coloured[0]).toEqual([{ text: '/* one', kind: 'co' }]);
    expect(coloured[1]?.[0]).toEqual({ text: 'two */', kind: 'co' });
    expect(coloured[1]?.find(({ text }) => text === 'const')?.kind).toBe('kw');
    expect(coloured[1]?.at(-1)?.kind).toBe('st');
  });

  test('are not told of what would take long', () => {
    expect(colourLines('typescript', ['x'.repeat(6_000)])).toBeNull();
    expect(
      colourLines(
        'typescript',
        Array.from({ length: 3_000 }, () => 'y'.repeat(100)),
      ),
    ).toBeNull();
  });
});

import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { wordMarks } from '../../lib/diff-rows.ts';
import { linePieces } from './line-pieces.ts';

const plain = (text: string) => ({ text, spans: null, marks: null, showTrailing: false });

describe('the pieces of a line', () => {
  test('are cut where a colour, a word that differs or its end begins', () => {
    const pieces = linePieces({
      text: 'let ab;  ',
      spans: [
        { text: 'let', kind: 'kw' },
        { text: ' ab;  ', kind: null },
      ],
      marks: [
        { text: 'let a', changed: false },
        { text: 'b;', changed: true },
        { text: '  ', changed: false },
      ],
      showTrailing: true,
    });
    expect(pieces).toEqual([
      { text: 'let', kind: 'kw', marked: false, trailing: false },
      { text: ' a', kind: null, marked: false, trailing: false },
      { text: 'b;', kind: null, marked: true, trailing: false },
      { text: '  ', kind: null, marked: false, trailing: true },
    ]);
    expect(linePieces(plain(''))).toEqual([]);
    expect(linePieces({ ...plain('\t '), showTrailing: true })).toMatchObject([
      { text: '\t ', trailing: true },
    ]);
  });

  test('hold all of the text, whatever is said of it', () => {
    const parts = fc.array(
      fc.record({ text: fc.string(), kind: fc.constant('kw' as const), changed: fc.boolean() }),
    );
    fc.assert(
      fc.property(fc.string(), parts, parts, fc.boolean(), (text, spans, marks, showTrailing) => {
        const pieces = linePieces({ text, spans, marks, showTrailing });
        expect(pieces.map((piece) => piece.text).join('')).toBe(text);
      }),
    );
  });
});

test('words that differ are marked on both sides, but for lines that have little in common', () => {
  expect(wordMarks('return a + b;', 'return a * b;')?.new.filter((mark) => mark.changed)).toEqual([
    { text: '*', changed: true },
  ]);
  expect(wordMarks('one two three', 'completely different')).toBeNull();
});

import { expect, test } from 'vitest';
import { linesOf, MOST_CHARACTERS, widest } from './lines-of.ts';

test('the lines of a text, whatever ends them', () => {
  expect(linesOf('a\nb')).toEqual(['a', 'b']);
  expect(linesOf('a\r\nb\r\n')).toEqual(['a', 'b']);
  expect(linesOf('a\rb\n\n')).toEqual(['a', 'b', '']);
  expect(linesOf('')).toEqual(['']);
  expect(linesOf('\n')).toEqual(['']);
});

test('the columns of the widest line', () => {
  expect(widest([])).toBe(0);
  expect(widest(['abc', 'ab'])).toBe(3);
  expect(widest(['a', '\tb'])).toBe(5);
  expect(widest(['ab\tc'])).toBe(5);
  expect(widest(['図形', 'abc'])).toBe(4);
  expect(widest(['x'.repeat(MOST_CHARACTERS)])).toBe(MOST_CHARACTERS);
  expect(widest(['x'.repeat(MOST_CHARACTERS + 100)])).toBe(MOST_CHARACTERS + 16);
});

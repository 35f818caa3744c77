import { expect, test } from 'vitest';
import { changeBetween } from './replace-text.ts';

test.each([
  ['', 'abc'],
  ['abc', ''],
  ['look at ', 'look at @src/a.ts '],
  ['aaa', 'aaaa'],
  ['aXa', 'aYa'],
  ['same', 'same'],
])('%j becomes %j by one change', (before, after) => {
  const { from, to, text } = changeBetween(before, after);
  expect(before.slice(0, from) + text + before.slice(to)).toBe(after);
  expect(text.length + to - from).toBeLessThanOrEqual(Math.max(before.length, after.length));
});

test('only what differs is replaced', () => {
  expect(changeBetween('one two three', 'one 2 three')).toEqual({ from: 4, to: 7, text: '2' });
});

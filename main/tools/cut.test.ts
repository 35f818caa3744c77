import fc from 'fast-check';
import { expect, test } from 'vitest';
import { byteLength, cutHead, cutMiddle, cutTail } from './cut.ts';

const unicode = fc.string({ unit: 'binary', maxLength: 3000 });

test('a head and a tail are whole characters within the budget', () => {
  fc.assert(
    fc.property(unicode, fc.nat(4000), (text, budget) => {
      const head = cutHead(text, budget);
      const tail = cutTail(text, budget);
      expect(byteLength(head)).toBeLessThanOrEqual(budget);
      expect(byteLength(tail)).toBeLessThanOrEqual(budget);
      expect(text.startsWith(head)).toBe(true);
      expect(text.endsWith(tail)).toBe(true);
    }),
  );
});

test('the middle is cut with two thirds of the head kept and the loss counted', () => {
  const text = 'a'.repeat(5000) + 'é'.repeat(5000) + 'z'.repeat(5000);
  const cut = cutMiddle(text, 6000);
  expect(byteLength(cut)).toBeLessThanOrEqual(6000);
  const removed = Number(/\[(\d+) bytes removed/.exec(cut)?.[1]);
  const [head = '', tail = ''] = cut.split(/\n\n\.\.\. \[.*\] \.\.\.\n\n/);
  expect(byteLength(head)).toBe(3829); // two thirds of 5744, one less so that no é is split
  expect(byteLength(tail)).toBe(1914);
  expect(removed).toBe(byteLength(text) - byteLength(head) - byteLength(tail));
});

test('a small budget keeps only the head', () => {
  expect(cutMiddle('x'.repeat(1000), 512)).toBe('x'.repeat(512));
});

test('what fits stays as it is', () => {
  expect(cutMiddle('äöü', 6)).toBe('äöü');
});

import { expect, test } from 'vitest';
import { LeftCalls } from './left-calls.ts';

test('a call may leave again for the journal that knows it, and for no other', () => {
  const left = new LeftCalls('box');
  left.leave('one', 'a');
  left.leave('one', 'a');
  expect(() => left.leave('one', 'b')).toThrow(expect.objectContaining({ code: 'unknown-outcome' }));
  left.leave('another', 'b');
  expect(() => left.leave('one', 'a')).not.toThrow();
});

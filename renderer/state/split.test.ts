import { expect, test } from 'vitest';
import { EVEN, readShare } from './split.ts';

test('two panes are even until one was made wider; nonsense counts as nothing', () => {
  expect(readShare('0.4')).toBe(0.4);
  for (const nonsense of [null, '', 'wide', '0', '1', '-1', '7']) expect(readShare(nonsense)).toBe(EVEN);
});

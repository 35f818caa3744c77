import { expect, test } from 'vitest';
import { exitCodeOf, fateOf } from './fate.ts';

test('what was left out is neither held nor broken, and never hides what broke', () => {
  expect(fateOf([], [])).toBe(true);
  expect(fateOf([], ['disk full: no small disk'])).toBe('not run');
  expect(fateOf(['ran twice'], ['disk full: no small disk'])).toBe(false);
  expect([true, false, 'not run' as const].map(exitCodeOf)).toEqual([0, 1, 3]);
});

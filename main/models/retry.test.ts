import { expect, it } from 'vitest';
import { retryDelayMs } from './retry.ts';

it('#114 1, 2, 4, 8, 16, 32, then 60 s for ever', () => {
  const seconds = [0, 1, 2, 3, 4, 5, 6, 7, 100, 5000].map((n) => retryDelayMs(n) / 1000);
  expect(seconds).toEqual([1, 2, 4, 8, 16, 32, 60, 60, 60, 60]);
});

it('a longer Retry-After wins, a shorter one does not', () => {
  expect(retryDelayMs(0, 7000)).toBe(7000);
  expect(retryDelayMs(4, 7000)).toBe(16_000);
  expect(retryDelayMs(9, 120_000)).toBe(120_000);
});

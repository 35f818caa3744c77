import { expect, test } from 'vitest';
import { formatDuration, parseDuration } from './duration.ts';

test.each(['10s', '5m', '1h30m', '1.5s', '500ms', '4h', '1h1m1s'])('%s reads back as itself', (text) => {
  expect(formatDuration(parseDuration(text) ?? Number.NaN)).toBe(text);
});

test('what is no duration is null', () => {
  expect(['', '10', 's', '10x', '10s!', '1m 5s'].map(parseDuration)).toEqual(Array(6).fill(null));
});

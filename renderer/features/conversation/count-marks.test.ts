import type { CountedPlace } from '@shared/search/hit.ts';
import { expect, it } from 'vitest';
import { countWords, firstMark, markAt, marksIn } from './count-marks.ts';

const places = [
  { messageId: 2, part: 0, marks: 3 },
  { messageId: 2, part: 1, marks: 1 },
  { messageId: 5, part: 0, marks: 2 },
] as unknown as readonly CountedPlace[];

it('counts each time that the words stand there, not the parts', () => {
  expect(marksIn(places)).toBe(6);
  expect(marksIn([])).toBe(0);
});

it('numbers the marks through all places', () => {
  expect([0, 1, 2, 3, 4, 5, 6].map((at) => markAt(places, at))).toEqual([
    { messageId: 2, part: 0, nth: 0 },
    { messageId: 2, part: 0, nth: 1 },
    { messageId: 2, part: 0, nth: 2 },
    { messageId: 2, part: 1, nth: 0 },
    { messageId: 5, part: 0, nth: 0 },
    { messageId: 5, part: 0, nth: 1 },
    null,
  ]);
});

it('begins at what is in sight, else at the last one before it', () => {
  expect(firstMark(places, 1)).toBe(0);
  expect(firstMark(places, 3)).toBe(4);
  expect(firstMark(places, 6)).toBe(5);
  expect(firstMark([], 6)).toBe(0);
});

it('says how many there are, and when that may not be all', () => {
  const answer = { places, isMore: false, isBehind: false, problem: null };
  expect(countWords(answer, 2)).toBe('3 of 6');
  expect(countWords({ ...answer, isMore: true }, 0)).toBe('1 of 6+');
  expect(countWords({ ...answer, isBehind: true }, 0)).toBe('1 of 6+');
  expect(countWords({ ...answer, places: [] }, 0)).toBe('Not found');
  expect(countWords({ ...answer, places: [], isBehind: true }, 0)).toBe('Not found yet: still indexing');
  expect(countWords({ ...answer, problem: 'No answer' }, 0)).toBe('No answer');
});

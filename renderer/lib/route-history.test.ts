import { expect, it } from 'vitest';
import { type History, NO_HISTORY, visited, wentBack, wentForward, without } from './route-history.ts';

/** A person at A went to B and then to C. */
const AT_C: History<string> = visited(visited<string>(NO_HISTORY, 'A'), 'B');

it('goes back and forward along the way that was taken', () => {
  const back = wentBack(AT_C, 'C');
  expect(back?.to).toBe('B');
  const first = back && wentBack(back.history, back.to);
  expect(first?.to).toBe('A');
  expect(first && wentBack(first.history, first.to)).toBe(null);
  const forward = first && wentForward(first.history, first.to);
  expect(forward).toEqual({ to: 'B', history: { past: ['A'], future: ['C'] } });
  expect(wentForward(AT_C, 'C')).toBe(null);
});

it('forgets the way forward when another one is taken', () => {
  const back = wentBack(AT_C, 'C');
  const elsewhere = back && visited(back.history, back.to);
  expect(elsewhere).toEqual({ past: ['A', 'B'], future: [] });
});

it('does not come back to what has gone', () => {
  const history = without(AT_C, (r) => r === 'B');
  expect(wentBack(history, 'C')).toEqual({ to: 'A', history: { past: [], future: ['C'] } });
});

it('keeps a bounded number of places', () => {
  let history: History<number> = NO_HISTORY;
  for (let i = 0; i < 250; i++) history = visited(history, i);
  expect(history.past).toHaveLength(100);
  expect(history.past.at(-1)).toBe(249);
});

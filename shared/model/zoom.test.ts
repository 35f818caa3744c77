import { expect, test } from 'vitest';
import { LEAST_ZOOM, MOST_ZOOM, zoomed } from './zoom.ts';

test('goes by steps, in and out again, and stays at the ends', () => {
  let zoom = 1;
  const seen = [zoom];
  for (let i = 0; i < 20; i++) seen.push((zoom = zoomed(zoom, 'in')));
  expect(seen.slice(0, 4)).toEqual([1, 1.1, 1.25, 1.5]);
  expect(zoom).toBe(MOST_ZOOM);
  for (let i = 0; i < 20; i++) zoom = zoomed(zoom, 'out');
  expect(zoom).toBe(LEAST_ZOOM);
  expect(zoomed(zoom, 'reset')).toBe(1);
});

test('from a size between the steps the next one is near', () => {
  expect(zoomed(1.3, 'in')).toBe(1.5);
  expect(zoomed(1.3, 'out')).toBe(1.25);
});

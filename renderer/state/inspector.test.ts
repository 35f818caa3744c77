import { describe, expect, test } from 'vitest';
import { FIRST_WIDTH, isShown, MIN_WIDTH, readInspector, widestIn } from './inspector.ts';

describe('what the window remembers of its inspector', () => {
  const first = { docked: false, tab: null, width: FIRST_WIDTH };

  test('is taken as it was written', () => {
    const kept = { docked: true, tab: 'files', width: 512 };
    expect(readInspector(JSON.stringify(kept))).toEqual(kept);
  });

  test('is the first one when there is nothing, or nothing that can be read', () => {
    for (const text of [null, '', '{', '[]', '3', '"x"']) expect(readInspector(text)).toEqual(first);
    expect(readInspector('null')).toEqual(first);
  });

  test('keeps what can be read of something damaged', () => {
    const text = JSON.stringify({ docked: 'yes', tab: 7, width: 3 });
    expect(readInspector(text)).toEqual(first);
    expect(readInspector(JSON.stringify({ docked: true, width: 333.4 }))).toEqual({
      docked: true,
      tab: null,
      width: 333,
    });
  });
});

test('beside the conversation it leaves it its minimum, and over it it leaves an edge to see', () => {
  expect(widestIn(1120, true)).toBe(1120 - 264 - 420);
  expect(widestIn(1920, true)).toBe(1920 - 264 - 420);
  expect(widestIn(900, false)).toBe(852);
  expect(widestIn(300, false)).toBe(MIN_WIDTH);
});

test('a narrow window has its own word on whether it is shown', () => {
  const state = { docked: true, over: false, wide: false, tab: null, width: FIRST_WIDTH };
  expect(isShown(state, true)).toBe(true);
  expect(isShown(state, false)).toBe(false);
});

import { describe, expect, it } from 'vitest';
import { tooSoon } from './attempts.ts';

describe('attempts to connect', () => {
  it('are as far apart as the backoff says, one after the other further', () => {
    expect(tooSoon([], [])).toEqual([]);
    expect(tooSoon([0, 500, 1_500, 3_500, 7_500, 15_000, 30_000, 60_000, 90_000], [])).toEqual([]);
    expect(tooSoon([0, 499], [])).toHaveLength(1);
    expect(tooSoon([0, 500, 1_400, 3_400], [])).toHaveLength(1);
  });

  it('may come at once when somebody asked', () => {
    expect(tooSoon([0, 10, 20], [5, 15])).toEqual([]);
    expect(tooSoon([0, 10, 3_000, 3_010], [5])).toHaveLength(1);
  });
});

import { describe, expect, it } from 'vitest';
import { fallbackTitle, normalizeTitle } from './title.ts';

describe('titles', () => {
  it('takes the first six words, with an ellipsis when cut', () => {
    expect(fallbackTitle('Fix the flaky test')).toBe('Fix the flaky test');
    expect(fallbackTitle('one two three four five six seven')).toBe('one two three four five six…');
    expect(fallbackTitle('  \n ')).toBe('New Chat');
    expect(Array.from(fallbackTitle('x'.repeat(200)))).toHaveLength(80);
  });

  it('#213 trims, unquotes, joins white space and cuts at 80 runes', () => {
    expect(normalizeTitle('  "Fix\n the  test" ')).toBe('Fix the test');
    expect(normalizeTitle('“Ünïcode”')).toBe('Ünïcode');
    expect(Array.from(normalizeTitle('😀'.repeat(100)) ?? '')).toHaveLength(80);
    expect(normalizeTitle('""')).toBeNull();
  });
});

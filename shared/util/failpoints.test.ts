import { describe, expect, it } from 'vitest';
import { createTrigger, parseFailpoint } from './failpoints.ts';

describe('a failpoint', () => {
  it('is nothing where nothing was asked for', () => {
    expect(parseFailpoint(undefined)).toBeNull();
    expect(parseFailpoint('')).toBeNull();
    expect(createTrigger(null)('before-send')).toBe(false);
  });

  it('that does not exist is refused', () => {
    for (const text of ['before-nothing', 'before-send:0', 'before-send@', 'before send'])
      expect(() => parseFailpoint(text)).toThrow('there is no failpoint');
  });

  it('strikes once, at the time it was asked for', () => {
    const strikes = createTrigger(parseFailpoint('after-dispatch:2'));
    const passes = ['before-dispatch', 'after-dispatch', 'after-dispatch', 'after-dispatch'] as const;
    expect(passes.map((name) => strikes(name))).toEqual([false, false, true, false]);
  });

  it('of one tool leaves the others alone, and strikes where no tool is known', () => {
    const of = () => createTrigger(parseFailpoint('before-settle@execute'));
    expect(of()('before-settle', 'write_file')).toBe(false);
    expect(of()('before-settle', 'execute')).toBe(true);
    expect(of()('before-settle')).toBe(true);
  });
});

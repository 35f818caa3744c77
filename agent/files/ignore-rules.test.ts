import { describe, expect, it } from 'vitest';
import { type IgnorePlace, isIgnored, parseIgnore } from './ignore-rules.ts';

const top = (text: string, hasGit = true): IgnorePlace => ({
  parent: null,
  name: 'repository',
  rules: parseIgnore(text),
  hasGit,
});
const below = (parent: IgnorePlace, name: string, text = '', hasGit = false): IgnorePlace => ({
  parent,
  name,
  rules: parseIgnore(text),
  hasGit,
});

describe('what git ignores', () => {
  it('is decided by the last line that matches', () => {
    const place = top('*.log\n!keep.log\n');
    expect(isIgnored(place, 'a.log', false)).toBe(true);
    expect(isIgnored(place, 'keep.log', false)).toBe(false);
    expect(isIgnored(place, 'a.txt', false)).toBe(false);
  });

  it('is decided by the nearest file that says something', () => {
    const place = below(top('*.log\nout/\n'), 'sub', '!*.log\n');
    expect(isIgnored(place, 'a.log', false)).toBe(false);
    expect(isIgnored(place, 'out', true)).toBe(true);
  });

  it('knows directories from files, and a place from any place', () => {
    const root = top('build/\n/only-here\nsub/deep/*.tmp\n');
    expect(isIgnored(root, 'build', true)).toBe(true);
    expect(isIgnored(root, 'build', false)).toBe(false);
    expect(isIgnored(root, 'only-here', false)).toBe(true);
    expect(isIgnored(below(root, 'sub'), 'only-here', false)).toBe(false);
    expect(isIgnored(below(root, 'sub'), 'build', true)).toBe(true);
    expect(isIgnored(below(below(root, 'sub'), 'deep'), 'x.tmp', false)).toBe(true);
    expect(isIgnored(below(below(root, 'other'), 'deep'), 'x.tmp', false)).toBe(false);
  });

  it('is nothing outside of a repository, and nothing of the one around it', () => {
    expect(isIgnored(top('*.log\n', false), 'a.log', false)).toBe(false);
    const inner = below(top('*.log\n'), 'inner', '', true);
    expect(isIgnored(inner, 'a.log', false)).toBe(false);
  });

  it('reads the lines as git does', () => {
    const place = top('\ufeff# no\n\\#yes\nblank \ntwo\\ \r\n\\!not\n[broken\n');
    for (const name of ['#yes', 'blank', 'two ', '!not']) expect(isIgnored(place, name, false)).toBe(true);
    for (const name of ['# no', 'no', '[broken']) expect(isIgnored(place, name, false)).toBe(false);
  });
});

import { describe, expect, it } from 'vitest';
import { countRows, type DiffRow, diffRows, foldSame, patchRows } from './diff-rows.ts';

const show = (rows: readonly DiffRow[]) =>
  rows.map((r) =>
    r.kind === 'gap'
      ? `~${r.lines}`
      : `${{ same: ' ', add: '+', del: '-' }[r.kind]}${r.marks.map((m) => m.text).join('')}`,
  );

describe('diff rows', () => {
  it('sets removed before added and numbers both sides', () => {
    const rows = diffRows('a\nb\nc\n', 'a\nx\nc\n', 10);
    expect(show(rows)).toEqual([' a', '-b', '+x', ' c']);
    expect(rows.map((r) => (r.kind === 'gap' ? null : [r.old, r.new]))).toEqual([
      [10, 10],
      [11, null],
      [null, 11],
      [12, 12],
    ]);
  });

  it('marks the words that changed', () => {
    const [del, add] = diffRows('await this.pool.query(a)', 'await this.tx.query(a)');
    expect(del?.kind === 'del' && del.marks.filter((m) => m.changed).map((m) => m.text)).toEqual(['pool']);
    expect(add?.kind === 'add' && add.marks.filter((m) => m.changed).map((m) => m.text)).toEqual(['tx']);
  });

  it('marks nothing where everything changed', () => {
    const rows = diffRows('alpha beta', 'one two three four');
    expect(rows.every((r) => r.kind !== 'gap' && r.marks.every((m) => !m.changed))).toBe(true);
  });

  it('takes a new file as added lines only', () => {
    expect(countRows(diffRows('', 'a\nb\n'))).toEqual({ added: 2, removed: 0 });
    expect(diffRows('', '')).toEqual([]);
  });

  it('folds what is far from a change', () => {
    const old = Array.from({ length: 20 }, (_, i) => `line ${i}`);
    const rows = foldSame(diffRows(old.join('\n'), old.with(10, 'new').join('\n')), 2);
    expect(show(rows)).toEqual([
      '~8',
      ' line 8',
      ' line 9',
      '-line 10',
      '+new',
      ' line 11',
      ' line 12',
      '~7',
    ]);
  });

  it('reads a unified patch with its numbers', () => {
    const rows = patchRows(
      '--- a/x\n+++ b/x\n@@ -3,2 +3,2 @@\n keep\n-old\n+new\n@@ -20,1 +20,2 @@\n same\n+more\n',
    );
    expect(show(rows)).toEqual([' keep', '-old', '+new', '~15', ' same', '+more']);
    expect(rows.at(-1)).toMatchObject({ old: null, new: 21 });
  });
});

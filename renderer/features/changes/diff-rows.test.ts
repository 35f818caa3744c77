import type { FileDiff } from '@shared/contract/changes.ts';
import { describe, expect, test } from 'vitest';
import { ALL } from '../../state/changes.ts';
import type { LineComment } from '../../state/review.ts';
import { diffItems, folded, lastNumber } from './diff-lines.ts';
import { type DiffRow, diffRows, type Layout } from './diff-rows.ts';
import { commentOn, rowKey, selectedRange } from './selection.ts';

function diffOf(
  ...hunks: readonly (readonly [oldStart: number, newStart: number, lines: string])[]
): FileDiff {
  return {
    hunks: hunks.map(([oldStart, newStart, lines]) => ({
      oldStart,
      newStart,
      heading: 'f()',
      lines: lines.split('\n'),
    })),
    binary: false,
    oldMode: null,
    newMode: null,
    truncated: false,
  };
}

const EDIT = diffOf([1, 1, ' a\n-b\n-c\n+B\n d'], [20, 19, ' t\n+u\n v']);

function rowsOf(diff: FileDiff, layout: Layout = 'unified', comments: readonly LineComment[] = []) {
  const known = diffItems(diff);
  return diffRows({ items: folded(known, new Set()), known, layout, comments, draft: null });
}

/** A row in a few letters. */
function shown(row: DiffRow): string {
  if (row.kind === 'gap') return `~${row.lines}`;
  if (row.kind === 'draft') return 'draft';
  if (row.kind === 'comment') return `${row.outdated ? 'outdated ' : ''}“${row.comment.text}”`;
  const side = (line: typeof row.left, number: number | null) => (line ? `${number}${line.text}` : '-');
  return `${side(row.left, row.left?.old ?? null)} ${side(row.right, row.right?.new ?? null)}`;
}

describe('the lines of a diff', () => {
  test('one below the other, with their numbers, and what is left out in between', () => {
    expect(rowsOf(EDIT).map(shown)).toEqual([
      '1a 1a',
      '2b -',
      '3c -',
      '- 2B',
      '4d 3d',
      '~15',
      '20t 19t',
      '- 20u',
      '21v 21v',
    ]);
    expect(lastNumber(diffItems(EDIT))).toBe(21);
  });

  test('side by side: removed against added, nothing against what has no counterpart', () => {
    expect(rowsOf(EDIT, 'split').map(shown)).toEqual([
      '1a 1a',
      '2b 2B',
      '3c -',
      '4d 3d',
      '~15',
      '20t 19t',
      '- 20u',
      '21v 21v',
    ]);
  });

  test('a line knows what stands against it', () => {
    const mates = diffItems(EDIT).flatMap((item) =>
      item.kind === 'line' && item.line.mate ? [`${item.line.text} ${item.line.mate.text}`] : [],
    );
    expect(mates).toEqual(['b B', 'B b']);
  });

  test('a missing line feed and carriage returns are no part of the text', () => {
    const diff = diffOf([1, 1, '-a\r\n\\ No newline at end of file\n+a']);
    const lines = diffItems(diff).flatMap((item) => (item.kind === 'line' ? [item.line] : []));
    expect(lines).toMatchObject([
      { kind: 'del', text: 'a', hasReturn: true, isOpenEnd: true },
      { kind: 'add', text: 'a', hasReturn: false, isOpenEnd: false },
    ]);
  });

  test('of a deleted file, and of one that became another kind', () => {
    expect(rowsOf(diffOf([1, 0, '-a\n-b'])).map(shown)).toEqual(['1a -', '2b -']);
    expect(rowsOf(diffOf([1, 0, '-a'], [0, 1, '+b'])).map(shown)).toEqual(['1a -', '- 1b']);
  });
});

describe('what is far from a change', () => {
  const numbers = Array.from({ length: 40 }, (_one, i) => ` ${i + 1}`);
  const whole = diffOf([1, 1, [...numbers.slice(0, 20), '+new', ...numbers.slice(20)].join('\n')]);
  const rows = (opened: readonly string[]) =>
    folded(diffItems(whole), new Set(opened)).map((item) =>
      item.kind === 'gap' ? `~${item.key} ${item.lines}` : item.line.text,
    );

  test('is folded, by a key that is the same as when it was not there', () => {
    expect(rows([])).toEqual(['~g1 17', '18', '19', '20', 'new', '21', '22', '23', '~g25 17']);
    const small = diffOf([18, 18, ' 18\n 19\n 20\n+new\n 21\n 22\n 23']);
    expect(diffItems(small)[0]).toMatchObject({ kind: 'gap', key: 'g1', lines: 17 });
  });

  test('is unfolded one gap at a time, or all at once', () => {
    expect(rows(['g25'])).toHaveLength(1 + 7 + 17);
    expect(rows([ALL])).toHaveLength(41);
  });

  test('a single line is not worth a fold', () => {
    const diff = diffOf([1, 1, '+x\n a\n b\n c\n d\n e\n f\n g\n+y']);
    expect(rowsOf(diff).map(shown)).toHaveLength(9);
  });
});

describe('comments', () => {
  const on = (
    from: number,
    to: number,
    lines: readonly string[],
    side: 'old' | 'new' = 'new',
  ): LineComment => ({
    id: 'x',
    path: 'p',
    side,
    from,
    to,
    lines,
    text: 'hm',
  });

  test('stand below their last line on either side', () => {
    expect(rowsOf(EDIT, 'unified', [on(2, 2, ['-b'], 'old')]).map(shown)[2]).toBe('“hm”');
    expect(rowsOf(EDIT, 'split', [on(2, 3, ['+B', ' d'])]).map(shown)[4]).toBe('“hm”');
  });

  test('are outdated when one of their lines reads differently, and then stand above all', () => {
    expect(rowsOf(EDIT, 'unified', [on(2, 3, ['+B', ' other'])]).map(shown)[0]).toBe('outdated “hm”');
    expect(rowsOf(EDIT, 'unified', [on(90, 90, ['+B'])]).map(shown)[0]).toBe('outdated “hm”');
  });

  test('on lines that are folded away, or not there to be read, stand above all and hold', () => {
    const numbers = Array.from({ length: 40 }, (_one, i) => ` ${i + 1}`);
    const whole = diffOf([1, 1, [...numbers, '+new'].join('\n')]);
    expect(rowsOf(whole, 'unified', [on(5, 6, [' 5', ' 6'])]).map(shown)[0]).toBe('“hm”');
    expect(rowsOf(whole, 'unified', [on(5, 6, [' 5', ' 7'])]).map(shown)[0]).toBe('outdated “hm”');
    expect(rowsOf(EDIT, 'unified', [on(10, 10, [' x'])]).map(shown)[0]).toBe('“hm”');
  });

  test('are about the selected lines, and not across a gap', () => {
    const rows = rowsOf(EDIT);
    const options = { path: 'p', layout: 'unified', id: 'x' } as const;
    expect(commentOn(rows, { anchor: 'o2', head: 'n2', side: 'new' }, options)).toEqual({
      ...on(2, 2, ['-b', '-c', '+B']),
      text: '',
    });
    expect(commentOn(rows, { anchor: 'o3', head: 'o2', side: 'new' }, options)).toMatchObject({
      side: 'old',
      from: 2,
      to: 3,
      lines: ['-b', '-c'],
    });
    expect(commentOn(rows, { anchor: 'n1', head: 'n20', side: 'new' }, options)).toMatchObject({
      from: 19,
      to: 20,
      lines: [' t', '+u'],
    });
    expect(commentOn(rows, { anchor: 'g4', head: 'g4', side: 'new' }, options)).toBeNull();
  });

  test('side by side are about one side', () => {
    const rows = rowsOf(EDIT, 'split');
    const options = { path: 'p', layout: 'split', id: 'x' } as const;
    expect(commentOn(rows, { anchor: 'n2', head: 'n3', side: 'old' }, options)).toMatchObject({
      side: 'old',
      from: 2,
      to: 4,
      lines: ['-b', '-c', ' d'],
    });
  });

  test('what was selected and has gone is not selected', () => {
    const rows = rowsOf(EDIT);
    expect(selectedRange(rows, { anchor: 'n1', head: 'gone', side: 'new' })).toBeNull();
    expect(selectedRange(rows, { anchor: 'gone', head: 'n1', side: 'new' })).toEqual([0, 0]);
    expect(['ArrowDown', 'ArrowUp', 'Home', 'End', 'PageUp', 'x'].map((key) => rowKey(key, 9, -1))).toEqual(
      [0, 0, 0, 8, 0, null],
    );
  });
});

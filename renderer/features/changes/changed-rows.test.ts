import type { ChangedFile } from '@shared/contract/changes.ts';
import { expect, test } from 'vitest';
import { changedKey, changedRows } from './changed-rows.ts';
import { diffNotes } from './diff-notes.ts';
import { pathInWorkspace } from './path-in-workspace.ts';

const file = (path: string, added = 1, removed = 0): ChangedFile => ({
  path,
  from: null,
  status: 'modified',
  added,
  removed,
  binary: false,
  submodule: false,
  stamp: path,
});

const FILES = [
  file('z.ts'),
  file('src/deep/below/b.ts', 2, 1),
  file('src/deep/below/a10.ts'),
  file('src/deep/below/a9.ts'),
  file('lib/x.ts'),
  file('lib/sub/y.ts', 5),
];
const shown = (closed: readonly string[] = []) =>
  changedRows(FILES, new Set(closed)).map(
    (row) => `${'  '.repeat(row.level - 1)}${row.name} +${row.added}`,
  );

test('a tree: directories first, alone in one another in one line, with what is in them', () => {
  expect(shown()).toEqual([
    'lib +6',
    '  sub +5',
    '    y.ts +5',
    '  x.ts +1',
    'src/deep/below +4',
    '  a9.ts +1',
    '  a10.ts +1',
    '  b.ts +2',
    'z.ts +1',
  ]);
  expect(shown(['lib', 'src/deep/below'])).toEqual(['lib +6', 'src/deep/below +4', 'z.ts +1']);
  const [lib, , , x, , , , , z] = changedRows(FILES, new Set());
  expect([lib, x, z].map((row) => [row?.position, row?.siblings])).toEqual([
    [1, 3],
    [2, 2],
    [3, 3],
  ]);
});

test('the keys of the tree', () => {
  const rows = changedRows(FILES, new Set(['src/deep/below']));
  const press = (key: string, at: number) => changedKey(key, rows, at);
  expect(press('ArrowDown', 0)).toEqual({ kind: 'go', path: 'lib/sub' });
  expect(press('ArrowUp', 0)).toEqual({ kind: 'go', path: 'lib' });
  expect(press('End', 0)).toEqual({ kind: 'go', path: 'z.ts' });
  expect(press('Home', 5)).toEqual({ kind: 'go', path: 'lib' });
  expect(press('ArrowLeft', 0)).toEqual({ kind: 'fold', path: 'lib', open: false });
  expect(press('ArrowLeft', 2)).toEqual({ kind: 'go', path: 'lib/sub' });
  expect(press('ArrowRight', 0)).toEqual({ kind: 'go', path: 'lib/sub' });
  expect(press('ArrowRight', 4)).toEqual({ kind: 'fold', path: 'src/deep/below', open: true });
  expect(press('Enter', 2)).toEqual({ kind: 'open', path: 'lib/sub/y.ts' });
  expect(press(' ', 2)).toEqual({ kind: 'mark', path: 'lib/sub/y.ts' });
  expect(press('x', 2)).toBeNull();
});

test('what a diff cannot say in lines', () => {
  const diff = { hunks: [], binary: false, oldMode: null, newMode: null, truncated: false };
  expect(diffNotes(file('a'), { ...diff, oldMode: '100644', newMode: '100755' })).toEqual([
    'Was a file, is executable',
  ]);
  expect(diffNotes({ ...file('a'), status: 'renamed', from: 'b' }, diff)).toEqual(['Renamed only']);
  expect(
    diffNotes({ ...file('a'), status: 'unmerged', submodule: true }, { ...diff, binary: true }),
  ).toEqual(['In conflict', 'Submodule', 'Binary, not shown']);
  const hunks = [{ oldStart: 1, newStart: 1, heading: '', lines: ['+a\r'] }];
  expect(diffNotes({ ...file('a'), status: 'added' }, { ...diff, hunks, newMode: '120000' })).toEqual([
    'Link',
    'CRLF',
  ]);
});

test('where a path of the repository is in the workspace', () => {
  expect(pathInWorkspace('/a/b', '/a/b', 'c/d')).toBe('c/d');
  expect(pathInWorkspace('/a/b', '/a/b/c', 'c/d')).toBe('d');
  expect(pathInWorkspace('/a/b', '/a/b/c', 'cd/d')).toBeNull();
  expect(pathInWorkspace('/a/b/c', '/a/b', 'd')).toBe('c/d');
  expect(pathInWorkspace('C:/a', 'C:\\a', 'b/c')).toBe('b/c');
});

import { describe, expect, test } from 'vitest';
import type { Folder } from '../../state/files.ts';
import { fileRows, foundRows, opening, treeKey, typedRow } from './file-rows.ts';

const folder = (names: string, more: Partial<Folder> = {}): Folder => ({
  listing: {
    entries: names
      .split(' ')
      .filter(Boolean)
      .map((name) => ({
        name: name.replace(/[/!]/g, ''),
        kind: name.includes('/') ? ('directory' as const) : ('file' as const),
        ignored: name.includes('!'),
      })),
    truncated: false,
    stamp: '1',
  },
  failure: null,
  ...more,
});

const files = {
  folders: {
    '': folder('.git/ out/! src/ a.txt b.txt'),
    src: folder('deep/ main.ts'),
    'src/deep': folder(''),
    out: folder('x.js'),
  },
  expanded: new Set(['src', 'src/deep', 'out']),
};

const lines = (rows: ReturnType<typeof fileRows>) =>
  rows.map((row) => `${'  '.repeat(row.level - 1)}${row.kind === 'note' ? `(${row.text})` : row.name}`);

describe('the rows of the tree', () => {
  test('what is expanded stands below its directory, without the directory of git', () => {
    expect(lines(fileRows(files))).toEqual([
      'out',
      '  x.js',
      'src',
      '  deep',
      '    (Empty)',
      '  main.ts',
      'a.txt',
      'b.txt',
    ]);
  });

  test('places among siblings, and what git leaves out with all that is in it', () => {
    const rows = fileRows(files);
    expect(rows[0]).toMatchObject({ path: 'out', position: 1, siblings: 4, open: true, ignored: true });
    expect(rows[1]).toMatchObject({ path: 'out/x.js', level: 2, ignored: true });
    expect(rows.at(-1)).toMatchObject({ path: 'b.txt', position: 4, siblings: 4, ignored: false });
  });

  test('says what is not shown', () => {
    const failed = { '': folder('a', { failure: 'This may not be read.' }) };
    expect(lines(fileRows({ folders: failed, expanded: new Set() }))).toEqual([
      '(This may not be read.)',
      'a',
    ]);
    expect(lines(fileRows({ folders: {}, expanded: new Set() }))).toEqual(['(…)']);
    const many = folder('a b');
    const cut = { '': { ...many, listing: many.listing && { ...many.listing, truncated: true } } };
    expect(lines(fileRows({ folders: cut, expanded: new Set() })).at(-1)).toBe(
      '(Only 2 of more are shown)',
    );
  });
});

describe('the keys of the tree', () => {
  const rows = fileRows(files);
  const press = (key: string, active: string | null) => treeKey(key, rows, active);
  const go = (path: string) => ({ kind: 'go', path });

  test('up and down, and no further than the ends', () => {
    expect(press('ArrowDown', 'out')).toEqual(go('out/x.js'));
    expect(press('ArrowUp', 'src')).toEqual(go('out/x.js'));
    expect(press('ArrowUp', 'out')).toEqual(go('out'));
    expect(press('ArrowDown', 'b.txt')).toEqual(go('b.txt'));
    expect(press('Home', 'b.txt')).toEqual(go('out'));
    expect(press('End', null)).toEqual(go('b.txt'));
  });

  test('right opens and then goes in; left closes and then goes out', () => {
    expect(press('ArrowRight', 'src')).toEqual(go('src/deep'));
    expect(press('ArrowLeft', 'src/main.ts')).toEqual(go('src'));
    expect(press('ArrowLeft', 'src')).toEqual({ kind: 'fold', path: 'src', open: false });
    const closed = fileRows({ ...files, expanded: new Set<string>() });
    expect(treeKey('ArrowRight', closed, 'src')).toEqual({ kind: 'fold', path: 'src', open: true });
    expect(press('ArrowRight', 'a.txt')).toBeNull();
    expect(press('ArrowLeft', 'a.txt')).toBeNull();
  });

  test('act on the directory of a row that has gone', () => {
    expect(press('ArrowLeft', 'src/gone.ts')).toEqual({ kind: 'fold', path: 'src', open: false });
    expect(press('ArrowDown', 'src/deep/far/gone.ts')).toEqual(go('src/deep/'));
    expect(press('ArrowDown', 'gone')).toEqual(go('out/x.js'));
  });

  test('Enter shows a file and folds a directory, and does nothing on a note', () => {
    expect(press('Enter', 'a.txt')).toEqual({ kind: 'open', path: 'a.txt' });
    expect(press(' ', 'src')).toEqual({ kind: 'fold', path: 'src', open: false });
    const note = rows.find((row) => row.kind === 'note');
    expect(note && opening(note)).toBeNull();
    expect(press('x', 'a.txt')).toBeNull();
    expect(treeKey('ArrowDown', [], null)).toBeNull();
  });

  test('typed letters find the next name that begins so', () => {
    expect(typedRow('m', rows, 'out')).toBe('src/main.ts');
    expect(typedRow('b', rows, 'out')).toBe('b.txt');
    expect(typedRow('B.T', rows, 'out')).toBe('b.txt');
    expect(typedRow('z', rows, 'out')).toBeNull();
    // From the one that is active on, and round the end.
    const flat = fileRows({ folders: { '': folder('ab ac b aab') }, expanded: new Set() });
    expect(typedRow('a', flat, 'ab')).toBe('ac');
    expect(typedRow('aa', flat, 'ac')).toBe('aab');
    expect(typedRow('a', flat, 'aab')).toBe('ab');
    expect(typedRow('ac', flat, 'ac')).toBe('ac');
  });
});

test('what the filter found is a list that says where each file lies', () => {
  const rows = foundRows({ paths: ['src/a.ts', 'b.ts'], note: 'There is more' });
  expect(rows).toMatchObject([
    { path: 'src/a.ts', name: 'a.ts', level: 1, position: 1, siblings: 2, below: 'src' },
    { path: 'b.ts', name: 'b.ts', below: '' },
    { kind: 'note', text: 'There is more' },
  ]);
  expect(treeKey('ArrowLeft', rows, 'b.ts')).toBeNull();
});

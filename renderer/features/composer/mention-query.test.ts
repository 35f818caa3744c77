import { expect, test } from 'vitest';
import { bestMatches, folderQuery, foldersAbove, looseQuery, mentionAt, nameOf } from './mention-query.ts';

const at = (marked: string) => mentionAt(marked.replace('|', ''), marked.indexOf('|'));

test('a file is named after an @ that begins a word, up to the cursor', () => {
  expect(at('@|')).toEqual({ from: 0, to: 1, text: '' });
  expect(at('look at @src/ma| now')).toEqual({ from: 8, to: 15, text: 'src/ma' });
  expect(at('(@a|')).toMatchObject({ text: 'a' });
  expect(at('@"my fi|')).toEqual({ from: 0, to: 7, text: 'my fi' });
  for (const none of ['me@box|', '@a b|', 'no|', '@"a" |', '@a@b|']) expect(at(none)).toBeNull();
  expect(mentionAt('@a', null)).toBeNull();
});

test('a loose search lets other signs stand between', () => {
  expect(looseQuery('mbx')).toBe('*m*b*x*');
  expect(looseQuery('co/mb')).toBe('*c*o*/*m*b*');
  expect(looseQuery('a*?b')).toBe('*a*b*');
});

test('a folder is found by the files below it', () => {
  expect(folderQuery('comp')).toBe('*comp*/**');
  expect(folderQuery('src/comp/')).toBe('*src*/*comp*/**');
  for (const none of ['', '/', '*.ts']) expect(folderQuery(none)).toBeNull();
  const paths = ['src/composer/box.tsx', 'src/composer/deep/components/x.ts', 'src/c.ts', 'lib/comp.ts'];
  expect(foldersAbove(paths, 'Comp')).toEqual(['src/composer/', 'src/composer/deep/components/']);
  expect(foldersAbove(paths, 'src/comp')).toEqual(['src/composer/']);
  expect(foldersAbove(paths, 'cpr'), 'as loosely as files').toEqual(['src/composer/']);
  expect(foldersAbove(paths, 'rc')).toEqual(['src/']);
  expect(foldersAbove(['x.ts'], 'x')).toEqual([]);
});

test('a name is told from where it is', () => {
  expect(nameOf('src/main.ts')).toEqual({ name: 'main.ts', above: 'src' });
  expect(nameOf('src/lib/')).toEqual({ name: 'lib/', above: 'src' });
  expect(nameOf('lib/')).toEqual({ name: 'lib/', above: '' });
  expect(nameOf('x')).toEqual({ name: 'x', above: '' });
  expect(bestMatches(['src/main.ts', 'main/', 'src/main/'], 'main')).toEqual([
    'main/',
    'src/main/',
    'src/main.ts',
  ]);
});

test('the best comes first, each once, and few are shown', () => {
  const paths = ['lib/domain/x.ts', 'src/remain.ts', 'src/main.ts', 'src/remain.ts', 'main/index.ts'];
  expect(bestMatches(paths, 'main')).toEqual([
    'src/main.ts',
    'src/remain.ts',
    'main/index.ts',
    'lib/domain/x.ts',
  ]);
  expect(bestMatches(paths, '')[0]).toBe('lib/domain/x.ts');
  expect(
    bestMatches(
      Array.from({ length: 50 }, (_, n) => `f${n}`),
      'f',
    ),
  ).toHaveLength(8);
});

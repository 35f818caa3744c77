import { expect, test } from 'vitest';
import { bestMatches, looseQuery, mentionAt } from './mention-query.ts';

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

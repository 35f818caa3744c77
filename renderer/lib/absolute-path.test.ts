import { expect, test } from 'vitest';
import { absolutePath } from './absolute-path.ts';

test('a path as its machine calls it', () => {
  expect(absolutePath('/work/app', 'a/b.ts')).toBe('/work/app/a/b.ts');
  expect(absolutePath('/', 'etc')).toBe('/etc');
  expect(absolutePath('C:\\work', 'a/b.ts')).toBe('C:\\work\\a\\b.ts');
  expect(absolutePath('\\\\server\\share', 'a')).toBe('\\\\server\\share\\a');
});

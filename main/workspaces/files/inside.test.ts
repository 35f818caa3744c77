import { expect, test } from 'vitest';
import { isInside, pathsOf } from './inside.ts';

test('what lies in a directory', () => {
  for (const inside of ['/work/app', '/work/app/a', '/work/app/..a', '/work/app/a/../b'])
    expect(isInside('/work/app', inside)).toBe(true);
  for (const outside of ['/work', '/work/application', '/work/app/../b', '/etc/passwd', '/'])
    expect(isInside('/work/app', outside)).toBe(false);
  expect(isInside('/', '/etc')).toBe(true);
});

test('a directory of Windows has its own rules, wherever we run', () => {
  expect(pathsOf('C:\\work').join('C:\\work', 'a')).toBe('C:\\work\\a');
  expect(isInside('C:\\work', 'c:\\Work\\a')).toBe(true);
  expect(isInside('C:\\work', 'D:\\work\\a')).toBe(false);
  expect(isInside('C:\\work', 'C:\\worked')).toBe(false);
  expect(isInside('\\\\server\\share', '\\\\server\\share\\a')).toBe(true);
});

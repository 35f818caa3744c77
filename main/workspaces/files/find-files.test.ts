import { expect, test } from 'vitest';
import { globOf } from './find-files.ts';

test('a text is a part of a name, at every depth', () => {
  expect(globOf('area')).toBe('*area*');
  expect(globOf(' größe.txt ')).toBe('*größe.txt*');
  expect(globOf('src/ar')).toBe('**/*src*/*ar*');
  expect(globOf('src\\ar')).toBe('**/*src*/*ar*');
  expect(globOf('/src/')).toBe('*src*');
});

test('stars and question marks are meant, other signs of globs are not', () => {
  expect(globOf('*.ts')).toBe('*.ts');
  expect(globOf('src/*.test.?s')).toBe('**/*src*/*.test.?s');
  expect(globOf('[a]{b,c}')).toBe('*\\[a\\]\\{b,c\\}*');
  expect(globOf('!x#')).toBe('*\\!x\\#*');
});

test('nothing is no glob', () => {
  for (const text of ['', ' ', '/', '//']) expect(globOf(text)).toBeNull();
});

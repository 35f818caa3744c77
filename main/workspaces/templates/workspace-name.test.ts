import { expect, test } from 'vitest';
import { sanitizeName, withSuffix } from './workspace-name.ts';

const random = { uuid: () => 'beef0000-0000-4000-8000-000000000000' };

test.each([
  ['Fix the login!', 'Fix-the-login'],
  ['größe', 'gro-e'],
  ['--upload-pack=x', 'upload-pack-x'],
  ['../../etc', 'etc'],
  ['a\nb', 'a-b'],
  ['$(touch x)', 'touch-x'],
  ['topic.lock', 'topic'],
  ['a..b', 'a.b'],
])('%j becomes %j', (given, name) => {
  expect(sanitizeName(given)).toBe(name);
});

test('nothing is left of some names', () => {
  for (const given of ['', '日本', '...', '---', ' ']) expect(sanitizeName(given)).toBe(null);
});

test('a made name has at most 27 characters, a dash and 4 hex digits', () => {
  expect(withSuffix('worktree', random)).toBe('worktree-beef');
  const long = withSuffix('A very long name of a template that goes on', random);
  expect(long).toBe('a-very-long-name-of-a-templ-beef');
  expect(long.length).toBe(32);
  expect(withSuffix('日本', random)).toBe('workspace-beef');
});

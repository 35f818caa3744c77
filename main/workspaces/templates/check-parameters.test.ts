import { asId, type TemplateId } from '@shared/model/ids.ts';
import type { TemplateParameter } from '@shared/model/template.ts';
import { describe, expect, test } from 'vitest';
import { checkParameters } from './check-parameters.ts';

function check(parameters: readonly Partial<TemplateParameter>[], given: Record<string, string>) {
  return checkParameters(
    {
      id: asId<TemplateId>('t'),
      name: 't',
      kind: 'local',
      directory: '~/{name}',
      parameters: parameters.map((one) => ({ name: 'p', type: 'string', required: false, ...one })),
    },
    given,
  );
}

/** Null: it fits. */
function problem(parameter: Partial<TemplateParameter>, value: string): string | null {
  const checked = check([parameter], { [parameter.name ?? 'p']: value });
  return checked.ok ? null : checked.error;
}

test('defaults are filled in, what is empty was not given, and what is unknown is refused', () => {
  const two = [{ name: 'a', default: 'x' }, { name: 'b' }, { name: 'c', required: true }];
  expect(check(two, { c: 'y', b: '' })).toEqual({ ok: true, value: { a: 'x', c: 'y' } });
  expect(check(two, { c: '' })).toMatchObject({ error: 'The parameter "c" is required.' });
  expect(check(two, {})).toMatchObject({ error: 'The parameter "c" is required.' });
  expect(check(two, { c: 'y', d: 'z' })).toMatchObject({ error: expect.stringContaining('a, b, c') });
  expect(check(two, { c: 'y', __proto__: 'z' }).ok).toBe(true);
  expect(check([], { constructor: 'x' }).ok).toBe(false);
});

test('types, bounds and options', () => {
  expect(problem({ type: 'bool' }, 'true')).toBe(null);
  expect(problem({ type: 'bool' }, 'yes')).toContain('"true" or "false"');
  expect(problem({ type: 'number', min: 1, max: 8 }, '8')).toBe(null);
  for (const value of ['9', '0', '0x5', '1e9', 'NaN', ' 5', '5\n']) {
    expect(problem({ type: 'number', min: 1, max: 8 }, value)).not.toBe(null);
  }
  const options = [{ name: 'A', value: 'a' }];
  expect(problem({ type: 'choice', options }, 'a')).toBe(null);
  expect(problem({ type: 'choice', options }, 'A')).toContain('one of: a');
  expect(problem({ min: 2, max: 3 }, 'abc')).toBe(null);
  expect(problem({ min: 2, max: 3 }, 'a')).toContain('at least 2');
  expect(problem({ min: 2, max: 3 }, 'abcd')).toContain('at most 3');
  expect(problem({}, 'x'.repeat(10_001))).toContain('longer');
});

test('a pattern is about the whole value, and one that backtracks without end refuses', () => {
  expect(problem({ validation_regex: 'a|b' }, 'b')).toBe(null);
  expect(problem({ validation_regex: 'a|b' }, 'ab')).toContain('must match');
  expect(problem({ validation_regex: '(a+)+b' }, 'a'.repeat(5_000))).toContain('must match');
});

test('no value holds a line break or a control character', () => {
  for (const value of ['a\nb', 'a\rb', 'a\0b', 'a\x1b[2J', 'a\u2028b', 'a\u0085b']) {
    expect(problem({}, value)).toContain('line breaks or control characters');
  }
  expect(problem({}, '$(touch x) `y` "z" \'; rm -rf / & | > < * ? ~')).toBe(null);
});

describe('a repository', () => {
  test.each([
    'https://forge.example/team/app.git',
    'ssh://git@forge.example:2222/team/app.git',
    'git@forge.example:team/app.git',
    'forge.example:app',
    '/srv/git/app.git',
    '~/app',
  ])('%s', (value) => {
    expect(problem({ name: 'repository' }, value)).toBe(null);
  });

  test.each([
    '--upload-pack=touch /tmp/x',
    '-oProxyCommand=x',
    'ext::sh -c touch% /tmp/x',
    'fd::17',
    'transport::address',
    'file:///etc',
    'http://forge.example/app',
    'git://forge.example/app',
    'ftp://forge.example/app',
    'ssh://-oProxyCommand=x/app',
    'ssh://git@-oProxyCommand=x/app',
    'https://',
    'https://forge.example',
    '-oProxyCommand=x:app',
    'git@-oProxyCommand=x:app',
    'host:-x',
    'host::x',
    'app',
    '../app',
    '/srv/../etc',
  ])('not %s', (value) => {
    expect(problem({ name: 'repository' }, value)).not.toBe(null);
  });
});

describe('a branch', () => {
  test.each(['topic', 'feature/login-2', 'größe', '日本', 'v1.2'])('%s', (value) => {
    expect(problem({ name: 'branch' }, value)).toBe(null);
  });

  test.each([
    '-D',
    '--force',
    'HEAD',
    '@',
    'a..b',
    'a b',
    'a~1',
    'a^',
    'a:b',
    'a?',
    'a*',
    'a[b',
    'a\\b',
    '/a',
    'a/',
    'a//b',
    '.a',
    'a/.b',
    'a.lock',
    'a.lock/b',
    'a@{1}',
    'a.',
  ])('not %s', (value) => {
    expect(problem({ name: 'branch' }, value)).not.toBe(null);
  });
});

test('a base is a name of a commit, and no option or range', () => {
  for (const value of ['HEAD', 'main~2', 'v1.0^', 'origin/main', '0123abc', '@{upstream}']) {
    expect(problem({ name: 'base' }, value)).toBe(null);
  }
  for (const value of ['-x', '--all', 'a..b', 'a b', ':/text', 'a:b', '$(x)']) {
    expect(problem({ name: 'base' }, value)).not.toBe(null);
  }
});

test('a directory is absolute or below the home, and stays where it says', () => {
  for (const value of ['/srv/app', '~/work/{name}', '/a b/ü'])
    expect(problem({ name: 'directory' }, value)).toBe(null);
  for (const value of ['app', './app', '/', '//', '~', '~/', '/srv/../etc', '/srv/./x', '-x', '~root/x'])
    expect(problem({ name: 'directory' }, value)).not.toBe(null);
});

import { expect, test } from 'vitest';
import { firstValues, parameterHint, problemSentence } from './parameter-words.ts';

const text = { name: 'tag', type: 'string', required: false } as const;
const number = { name: 'cpus', type: 'number', required: true } as const;

test.each([
  [{ ...text, description: 'A name.' }, 'A name.'],
  [{ ...text, required: true, min: 3, max: 20 }, 'Required. 3 to 20 characters.'],
  [{ ...text, max: 20, validation_regex: 'v\\d+' }, 'At most 20 characters. Has the form v\\d+'],
  [{ ...text, description: 'A version.', validation_regex: 'v\\d+' }, 'A version.'],
  [{ ...number, description: 'How many.', min: 1, max: 8 }, 'How many. Required. 1 to 8.'],
  [{ ...number, min: 1 }, 'Required. At least 1.'],
  [{ ...number, required: false }, 'A number.'],
  [text, null],
])('a field says what it takes', (parameter, words) => {
  expect(parameterHint(parameter)).toBe(words);
});

test('a problem is a sentence', () => {
  expect(problemSentence('must be at most 8', {})).toBe('Must be at most 8.');
  expect(problemSentence('must match ~?/.+', {})).toBe('Must have the form ~?/.+');
  expect(problemSentence('must match ~?/.+', { description: 'A path.' })).toBe(
    'This is not what is asked for.',
  );
});

const repository = { ...text, name: 'repository' };
const base = { ...text, name: 'base', default: 'HEAD' };
const here = {
  directory: '/src/api',
  hostId: null,
  branch: 'main',
  state: 'running',
  origin: null,
} as const;

test('a form begins with the defaults, and a worktree with the repository where the person is', () => {
  const worktree = { kind: 'worktree', parameters: [repository, base] } as const;
  expect(firstValues(worktree, null)).toEqual({ base: 'HEAD' });
  expect(firstValues(worktree, here)).toEqual({ base: 'HEAD', repository: '/src/api' });
  expect(firstValues(worktree, { ...here, branch: null })).toEqual({ base: 'HEAD' });
  expect(firstValues({ ...worktree, kind: 'ssh-worktree' }, here)).toEqual({ base: 'HEAD' });
  expect(firstValues({ ...worktree, kind: 'local' }, here)).toEqual({ base: 'HEAD' });
  const made = {
    template: 'W',
    by: 'person',
    repository: '/src/api/.git',
    branch: 'x',
    base: null,
    baseCommit: null,
    createdAt: '',
  } as const;
  expect(firstValues(worktree, { ...here, directory: '/w/x', origin: made })).toMatchObject({
    repository: '/src/api',
  });
});

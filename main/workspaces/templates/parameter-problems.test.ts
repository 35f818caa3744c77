import { expect, test } from 'vitest';
import { parameterProblems } from './check-parameters.ts';

test('a form is told all that is wrong at once, each parameter once, in their order', () => {
  const parameters = [
    { name: 'title', type: 'string', required: true },
    { name: 'cpus', type: 'number', required: false, min: 1, max: 8 },
    {
      name: 'zone',
      type: 'choice',
      required: false,
      default: 'eu',
      options: [{ name: 'EU', value: 'eu' }],
    },
    { name: 'tag', type: 'string', required: false, validation_regex: 'v\\d+' },
    { name: 'base', type: 'string', required: false },
  ] as const;
  const given = { cpus: '9', zone: 'us', tag: 'x', base: '' };
  expect(parameterProblems({ parameters }, given)).toEqual([
    { name: 'title', problem: 'is required' },
    { name: 'cpus', problem: 'must be at most 8' },
    { name: 'zone', problem: 'must be one of: eu' },
    { name: 'tag', problem: 'must match v\\d+' },
  ]);
  expect(parameterProblems({ parameters }, { title: 'One', tag: 'v2' })).toEqual([]);
});

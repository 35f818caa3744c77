import { expect, test } from 'vitest';
import { pullName } from './pull-words.ts';

const status = {
  pull_request_number: 12,
  pull_request_state: 'open',
  changes_requested: false,
  checks: 'none',
} as const;

test('a pull request in words', () => {
  expect(pullName(status)).toBe('Pull request #12, Open');
  expect(pullName({ ...status, changes_requested: true, checks: 'failed' })).toBe(
    'Pull request #12, Open, Changes requested, Checks failed',
  );
  expect(pullName({ ...status, pull_request_state: 'merged', checks: 'passed' })).toBe(
    'Pull request #12, Merged, Checks passed',
  );
  expect(pullName({ ...status, pull_request_number: null })).toBeNull();
});

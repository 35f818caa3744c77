import { expect, test } from 'vitest';
import { DatabaseFault } from '../db/fault.ts';
import { describeFailure } from './failure-text.ts';

const dir = '/data/gaffer';

test.each([
  'database-locked',
  'newer-database',
  'damaged',
  'missing',
  'network-filesystem',
  'disk-full',
] as const)('the database’s refusal %s names the folder and something to do', (code) => {
  const text = describeFailure(new DatabaseFault(code, 'internal words'), dir);
  expect(text.cause).toContain(dir);
  expect(text.help.length).toBeGreaterThan(20);
  expect(JSON.stringify(text)).not.toContain('internal words');
  expect(text.title).not.toBe(describeFailure(new Error('x'), dir).title);
});

test('a shared database that somebody else holds is told in its own words', () => {
  const text = describeFailure(new DatabaseFault('being-migrated', '"who hangs", process 7'), dir);
  expect(text.cause).toContain('"who hangs", process 7');
  expect(text.title).not.toBe(describeFailure(new DatabaseFault('unreachable', 'x'), dir).title);
});

test('the file system’s codes are told apart', () => {
  const coded = (code: string) => describeFailure(Object.assign(new Error('x'), { code }), dir).title;
  expect(coded('EACCES')).toBe(coded('EROFS'));
  expect(coded('ENOSPC')).toBe(describeFailure(new DatabaseFault('disk-full', 'x'), dir).title);
  expect(new Set([coded('EACCES'), coded('ENOSPC'), coded('ENOTDIR'), coded('EWHATEVER')]).size).toBe(4);
});

test('what is unknown points to the log and shows no stack', () => {
  const text = describeFailure(new TypeError('cannot read properties of undefined'), dir);
  expect(text.help).toContain('main.log');
  expect(JSON.stringify(text)).not.toContain('undefined');
});

import { describe, expect, test } from 'vitest';
import { parseArguments } from './arguments.ts';

const nothing = { folder: null, approvals: null, userDataDir: null, problem: null };

describe('parseArguments', () => {
  test('nothing given', () => {
    expect(parseArguments([], '/home/ann')).toEqual(nothing);
  });

  test('a relative folder is meant from the caller’s directory', () => {
    expect(parseArguments(['work/api'], '/home/ann').folder).toBe('/home/ann/work/api');
    expect(parseArguments(['.'], '/home/ann').folder).toBe('/home/ann');
    expect(parseArguments(['/srv/a b/ünï'], '/home/ann').folder).toBe('/srv/a b/ünï');
  });

  test('the switches stand anywhere and Chromium’s are passed over', () => {
    const argv = [
      '--no-sandbox',
      '--user-data-dir=data',
      '--inspect=0',
      'api',
      '--approvals=edit',
      '--disable-gpu',
    ];
    expect(parseArguments(argv, '/w')).toEqual({
      folder: '/w/api',
      approvals: 'edit',
      userDataDir: '/w/data',
      problem: null,
    });
  });

  test('the last of two wins, an empty one counts as not given', () => {
    expect(parseArguments(['--user-data-dir=/a', '--user-data-dir=/b'], '/').userDataDir).toBe('/b');
    expect(parseArguments(['--user-data-dir='], '/').userDataDir).toBeNull();
    expect(parseArguments([''], '/').folder).toBeNull();
  });

  test('an unknown mode is named and changes nothing else', () => {
    const parsed = parseArguments(['--approvals=yolo', 'api'], '/w');
    expect(parsed).toMatchObject({ folder: '/w/api', approvals: null });
    expect(parsed.problem).toContain('--approvals=yolo');
  });

  test('after -- a folder may look like a switch', () => {
    expect(parseArguments(['--', '--approvals=auto'], '/w')).toEqual({
      ...nothing,
      folder: '/w/--approvals=auto',
    });
  });
});

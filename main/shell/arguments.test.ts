import { describe, expect, test } from 'vitest';
import { parseArguments } from './arguments.ts';

const nothing = { folder: null, approvals: null, userDataDir: null, link: null, problem: null };

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
      link: null,
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

  test.each(['--user-data-dir', '--approvals'])(
    '%s without a = takes nothing for the folder unsaid',
    (name) => {
      const problem = `${name} needs its value behind a "="`;
      expect(parseArguments([name, 'data'], '/w').problem).toContain(problem);
      expect(parseArguments([name, 'data'], '/w', 'refused').problem).toContain(problem);
      expect(parseArguments(['--', name], '/w', 'refused')).toEqual({ ...nothing, folder: `/w/${name}` });
    },
  );

  test.each(['--nonsense', '--nonsense=1', '-n', '--user-data-directory=x', '--disable-gpu'])(
    '%s belongs to Chromium, and is refused where there is none',
    (arg) => {
      expect(parseArguments([arg, 'api'], '/w')).toEqual({ ...nothing, folder: '/w/api' });
      expect(parseArguments([arg, 'api'], '/w', 'refused').problem).toMatch(
        new RegExp(`^${arg} is not known: [^\\n]+$`),
      );
    },
  );

  test('a program without Chromium takes our switches as the app does', () => {
    const argv = ['--user-data-dir=data', 'api', '--approvals=edit'];
    expect(parseArguments(argv, '/w', 'refused')).toEqual(parseArguments(argv, '/w'));
    expect(parseArguments(argv, '/w', 'refused').problem).toBeNull();
  });

  test('a link is no folder, and is handed on as it came', () => {
    expect(parseArguments(['--no-sandbox', 'gaffer://new?prompt=x', 'api'], '/w')).toEqual({
      ...nothing,
      folder: '/w/api',
      link: 'gaffer://new?prompt=x',
    });
  });

  test('after -- a folder may look like a switch', () => {
    expect(parseArguments(['--', '--approvals=auto'], '/w')).toEqual({
      ...nothing,
      folder: '/w/--approvals=auto',
    });
  });
});

import { expect, test } from 'vitest';
import { defaultUserDataDir } from './user-data.ts';

test('Linux follows XDG and ignores a relative value', () => {
  const linux = { platform: 'linux', homeDir: '/home/ann' } as const;
  expect(defaultUserDataDir({ ...linux, env: {} })).toBe('/home/ann/.config/gaffer');
  expect(defaultUserDataDir({ ...linux, env: { XDG_CONFIG_HOME: '/conf' } })).toBe('/conf/gaffer');
  expect(defaultUserDataDir({ ...linux, env: { XDG_CONFIG_HOME: 'conf' } })).toBe(
    '/home/ann/.config/gaffer',
  );
});

test('macOS and Windows use the places their people expect', () => {
  expect(defaultUserDataDir({ platform: 'darwin', homeDir: '/Users/ann', env: {} })).toBe(
    '/Users/ann/Library/Application Support/Gaffer',
  );
  const windows = { platform: 'win32', homeDir: 'C:\\Users\\ann' } as const;
  expect(defaultUserDataDir({ ...windows, env: { LOCALAPPDATA: 'D:\\Local' } })).toBe('D:\\Local\\Gaffer');
  expect(defaultUserDataDir({ ...windows, env: {} })).toBe('C:\\Users\\ann\\AppData\\Local\\Gaffer');
});

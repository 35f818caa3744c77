import { describe, expect, test } from 'vitest';
import { toJson, toText } from './json.ts';
import { mountType } from './network-filesystem.ts';

describe('what PostgreSQL does not take', () => {
  test('NUL and half pairs become U+FFFD, in values and keys', () => {
    expect(JSON.parse(toJson({ 'a\u0000': ['x\ud800y', { b: '\udc00' }] }))).toEqual({
      'a\ufffd': ['x\ufffdy', { b: '\ufffd' }],
    });
    expect(toText('ok \u{1f600} \u0000')).toBe('ok \u{1f600} \ufffd');
  });

  test('text that only looks like an escape stays', () => {
    const value = { a: '\\u0000 and \\ud800', n: 1, none: null };
    expect(JSON.parse(toJson(value))).toEqual(value);
  });
});

describe('the type of a mount', () => {
  const mounts = [
    '22 1 8:1 / / rw shared:1 - ext4 /dev/sda1 rw',
    '30 22 0:30 / /mnt/share rw shared:2 - nfs4 server:/x rw',
    '31 22 0:31 / /mnt/my\\040disk rw - fuse.sshfs me@box: rw',
    '32 30 0:32 / /mnt/share/local rw - tmpfs tmpfs rw',
  ].join('\n');

  test.each([
    ['/home/me', 'ext4'],
    ['/mnt/share/data', 'nfs4'],
    ['/mnt/shared', 'ext4'],
    ['/mnt/share/local/db', 'tmpfs'],
    ['/mnt/my disk/x', 'fuse.sshfs'],
  ])('%s lies on %s', (path, type) => {
    expect(mountType(mounts, path)).toBe(type);
  });
});

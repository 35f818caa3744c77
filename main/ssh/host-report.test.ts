import { expect, test } from 'vitest';
import { brokenRuntime, describeHost, formatBytes, freeBytes, runtimeFor } from './host-report.ts';

const report = (fields: Record<string, string>) => new Map(Object.entries(fields));
const linux = { os: 'Linux', arch: 'x86_64', libc: 'glibc 2.36', gzip: 'yes' };

test('a host in one line, as far as it tells', () => {
  const full = { ...linux, node_version: '20.1.0', free: '82837504' };
  expect(describeHost(report(full))).toBe('Linux x86_64, glibc 2.36, Node.js 20.1.0, 84.8 GB free');
  expect(describeHost(report({ ...linux, node_old: '16.2.0 at /usr/bin/node' }))).toBe(
    'Linux x86_64, glibc 2.36, only Node.js 16.2.0 at /usr/bin/node',
  );
  expect(describeHost(report({ os: 'Darwin', arch: 'arm64', libc: '', free: '' }))).toBe('Darwin arm64');
  expect(describeHost(report({}))).toBe('It says nothing about itself');
});

test('free room is not guessed', () => {
  expect(freeBytes(report({ free: '4' }))).toBe(4096);
  expect(freeBytes(report({ free: '0' }))).toBe(0);
  expect(freeBytes(report({ free: '' }))).toBeNull();
  expect(freeBytes(report({}))).toBeNull();
  expect([0, 999, 1_000_000, 45_017_803, 2_000_000_000].map(formatBytes)).toEqual([
    '0 kB',
    '1 kB',
    '1 MB',
    '45 MB',
    '2 GB',
  ]);
});

test.each([
  ['x86_64', 'x64'],
  ['amd64', 'x64'],
  ['aarch64', 'arm64'],
])('a Linux on %s gets %s', (arch, runtime) => {
  expect(runtimeFor(report({ ...linux, arch }))).toBe(runtime);
});

test.each(['glibc 2.28', 'glibc 2.100', 'glibc 3.0', ''])('the C library "%s" will do', (libc) => {
  expect(runtimeFor(report({ ...linux, libc }))).toBe('x64');
});

test.each([
  ['an old glibc', { libc: 'glibc 2.17' }, 'glibc 2.17', 'needs glibc 2.28'],
  ['a very old glibc', { libc: 'glibc 1.9' }, 'glibc 1.9', 'needs glibc 2.28'],
  ['musl', { libc: 'musl 1.2.4' }, 'musl 1.2.4', 'C library'],
  ['a machine that we have nothing for', { arch: 'riscv64' }, 'Linux riscv64', 'none that we could bring'],
  ['another system', { os: 'Darwin', arch: 'arm64' }, 'Darwin arm64', 'none that we could bring'],
  ['a system that says nothing', { os: '', arch: '' }, 'unknown system', 'none that we could bring'],
  ['no gzip', { gzip: '' }, 'gzip', 'unpack'],
])('%s is named, with what to do', (_what, change, named, why) => {
  const advice = runtimeFor(report({ ...linux, ...change }));
  expect(advice).toMatchObject({
    message: expect.stringContaining(named),
    fix: expect.stringMatching(/^(Install|Put) /),
  });
  expect(advice).toMatchObject({ message: expect.stringContaining(why) });
});

test('a runtime that does not run: what it lacks', () => {
  const lacking =
    'node: error while loading shared libraries: libstdc++.so.6: cannot open shared object file';
  expect(brokenRuntime(lacking)).toEqual({
    message: 'The Node.js that we brought does not run: it lacks libstdc++.so.6.',
    fix: 'Install the package with libstdc++.so.6 there, or Node.js 18 or newer.',
  });
  expect(brokenRuntime('sh: 1: Permission denied').message).toContain('Permission denied');
  expect(brokenRuntime('').message).toContain('says nothing');
});

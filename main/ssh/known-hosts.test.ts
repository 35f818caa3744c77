import { createHmac } from 'node:crypto';
import { expect, test } from 'vitest';
import {
  fingerprint,
  hasAuthority,
  judgeHostKey,
  knownHostLine,
  knownKeyTypes,
  parseKnownHosts,
} from './known-hosts.ts';

/** An SSH key blob of `type` with some body. */
function blob(type: string, body: string): Buffer {
  const length = Buffer.alloc(4);
  length.writeUInt32BE(type.length);
  return Buffer.concat([length, Buffer.from(type), Buffer.from(body)]);
}
const ED = 'ssh-ed25519';
const KEY = blob(ED, 'one');
const OTHER = blob(ED, 'two');
const RSA = blob('ssh-rsa', 'three');
const line = (hosts: string, key: Buffer, type = ED) =>
  `${hosts} ${type} ${key.toString('base64')} a comment`;
const judge = (text: string, host: string, port = 22, key = KEY) =>
  judgeHostKey(parseKnownHosts(text, 'kh'), { hostname: host, port }, key);
function hashed(name: string): string {
  const salt = Buffer.from('0123456789abcdefghij');
  const hash = createHmac('sha1', salt).update(name).digest('base64');
  return `|1|${salt.toString('base64')}|${hash}`;
}

test('a name in a list, in any case', () => {
  expect(judge(line('a.example,Host.Example', KEY), 'hOST.example').kind).toBe('known');
  expect(judge(line('a.example', KEY), 'b.example').kind).toBe('unknown');
});

test('hashed names, with and without a port', () => {
  expect(judge(line(hashed('host'), KEY), 'host').kind).toBe('known');
  expect(judge(line(hashed('[host]:2222'), KEY), 'host', 2222).kind).toBe('known');
  expect(judge(line(hashed('host'), KEY), 'hose').kind).toBe('unknown');
});

test('a port has its own keys; the key of the plain name counts for it but never against it', () => {
  expect(judge(line('[host]:2222', KEY), 'host', 2222).kind).toBe('known');
  expect(judge(line('[host]:2222', KEY), 'host', 22).kind).toBe('unknown');
  expect(judge(line('host', KEY), 'host', 2222).kind).toBe('known');
  expect(judge(line('host', OTHER), 'host', 2222).kind).toBe('unknown');
  expect(judge(line('[host]:2222', OTHER), 'host', 2222).kind).toBe('changed');
});

test('wildcards and negation', () => {
  expect(judge(line('*.example,!bad.example', KEY), 'good.example').kind).toBe('known');
  expect(judge(line('*.example,!bad.example', KEY), 'bad.example').kind).toBe('unknown');
  expect(judge(line('!bad.example,*.example', KEY), 'bad.example').kind).toBe('unknown');
  expect(judge(line('h?st', KEY), 'host').kind).toBe('known');
  expect(judge(line('h.st', KEY), 'host').kind).toBe('unknown');
});

test('another key of the same host is a change that names the line', () => {
  const verdict = judge(`# comment\n\n${line('host', OTHER)}\n`, 'host');
  expect(verdict).toMatchObject({ kind: 'changed', entries: [{ file: 'kh', line: 3 }] });
});

test('several keys for a host: any of them is right', () => {
  const text = [line('host', OTHER), line('host', RSA, 'ssh-rsa'), line('host', KEY)].join('\n');
  expect(judge(text, 'host').kind).toBe('known');
  expect(knownKeyTypes(parseKnownHosts(text, 'kh'), { hostname: 'host', port: 22 })).toEqual(
    new Set([ED, 'ssh-rsa']),
  );
});

test('a revoked key is refused wherever it also stands', () => {
  const text = `${line('host', KEY)}\n@revoked ${line('*', KEY)}`;
  expect(judge(text, 'host')).toMatchObject({ kind: 'revoked', entry: { file: 'kh', line: 2 } });
  expect(judge(`@revoked ${line('host', OTHER)}`, 'host').kind).toBe('unknown');
});

test('authorities, unknown markers and broken lines neither accept nor refuse', () => {
  const text = [
    `@cert-authority ${line('*', KEY)}`,
    `@something ${line('*', KEY)}`,
    'host',
    'host ssh-ed25519',
    'host ssh-ed25519 not-base64!',
    line('host', KEY, 'ssh-rsa'),
  ].join('\n');
  expect(judge(text, 'host').kind).toBe('unknown');
  const entries = parseKnownHosts(text, 'kh');
  expect(hasAuthority(entries, { hostname: 'host', port: 22 })).toBe(true);
  expect(hasAuthority(entries.slice(1), { hostname: 'host', port: 22 })).toBe(false);
});

test('a line that we write is read again, hashed or not, with and without a port', () => {
  for (const salt of [null, Buffer.from('0123456789abcdefghij')]) {
    for (const port of [22, 2222]) {
      const text = knownHostLine({ hostname: 'Host', port }, KEY, salt);
      expect(judge(text, 'host', port).kind).toBe('known');
      expect(judge(text, 'other', port).kind).toBe('unknown');
      expect(text.includes('host')).toBe(salt === null);
    }
  }
});

test('Windows line ends and tabs', () => {
  expect(judge(`host\t${ED}\t${KEY.toString('base64')}\r\n`, 'host').kind).toBe('known');
});

test('a fingerprint looks as ssh-keygen shows it', () => {
  expect(fingerprint(KEY)).toMatch(/^SHA256:[A-Za-z0-9+/]{43}$/);
});

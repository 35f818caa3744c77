import { createHash, createHmac, timingSafeEqual } from 'node:crypto';
import { matchesPattern } from './config/pattern.ts';

/** What a host's keys are kept under. */
export interface KnownName {
  readonly hostname: string;
  readonly port: number;
}

/** One usable line of a known_hosts file. */
export interface KnownHost {
  readonly marker: 'none' | 'revoked' | 'cert-authority';
  /** The hosts field as it stands in the file. */
  readonly hosts: string;
  readonly type: string;
  readonly key: Buffer;
  readonly file: string;
  /** From 1. */
  readonly line: number;
}

export type HostKeyVerdict =
  | { readonly kind: 'known' }
  | { readonly kind: 'unknown' }
  /** `entries`: the keys that were known for this host. */
  | { readonly kind: 'changed'; readonly entries: readonly KnownHost[] }
  | { readonly kind: 'revoked'; readonly entry: KnownHost };

/** Lines that cannot be read are skipped, as OpenSSH does. */
export function parseKnownHosts(text: string, file: string): readonly KnownHost[] {
  return text.split('\n').flatMap((line, index) => {
    const words = line.trim().split(/\s+/);
    if (words[0] === undefined || words[0] === '' || words[0].startsWith('#')) return [];
    const marker = words[0].startsWith('@') ? words.shift() : undefined;
    const [hosts, type, base64] = words;
    if (hosts === undefined || type === undefined || base64 === undefined) return [];
    if (marker !== undefined && marker !== '@revoked' && marker !== '@cert-authority') return [];
    const key = Buffer.from(base64, 'base64');
    if (keyType(key) !== type) return [];
    const kind =
      marker === '@revoked' ? 'revoked' : marker === '@cert-authority' ? 'cert-authority' : 'none';
    return [{ marker: kind, hosts, type, key, file, line: index + 1 } as const];
  });
}

/** Certificates are not verified by us, so lines of authorities neither accept nor refuse a plain key. */
export function judgeHostKey(
  entries: readonly KnownHost[],
  { hostname, port }: KnownName,
  key: Buffer,
): HostKeyVerdict {
  const name = lookupName({ hostname, port });
  const bare = lookupName({ hostname, port: DEFAULT_PORT });
  const mine = entries.filter((entry) => matchesHosts(entry.hosts, name));
  const withoutPort = entries.filter((entry) => matchesHosts(entry.hosts, bare));
  const revoked = [...mine, ...withoutPort].find(
    (entry) => entry.marker === 'revoked' && entry.key.equals(key),
  );
  if (revoked) return { kind: 'revoked', entry: revoked };
  const plain = mine.filter((entry) => entry.marker === 'none');
  if (plain.some((entry) => entry.key.equals(key))) return { kind: 'known' };
  if (plain.length > 0) return { kind: 'changed', entries: plain };
  // OpenSSH: a key that is known for the name on port 22 is good enough for another port, but never counts against it.
  const known = withoutPort.some((entry) => entry.marker === 'none' && entry.key.equals(key));
  return { kind: known ? 'known' : 'unknown' };
}

/** The key types on record for a host: what to ask the server for first, so that it shows a key we can compare. */
export function knownKeyTypes(
  entries: readonly KnownHost[],
  { hostname, port }: KnownName,
): ReadonlySet<string> {
  const plain = entries.filter((entry) => entry.marker === 'none');
  const mine = plain.filter((entry) => matchesHosts(entry.hosts, lookupName({ hostname, port })));
  const bare = plain.filter((entry) =>
    matchesHosts(entry.hosts, lookupName({ hostname, port: DEFAULT_PORT })),
  );
  return new Set((mine.length > 0 ? mine : bare).map((entry) => entry.type));
}

/** Whether an authority is on record that could vouch for this host. */
export function hasAuthority(entries: readonly KnownHost[], name: KnownName): boolean {
  return entries.some(
    (entry) => entry.marker === 'cert-authority' && matchesHosts(entry.hosts, lookupName(name)),
  );
}

/** A line of known_hosts, without its end. `salt`: 20 bytes, when the name is not to be read there. */
export function knownHostLine(name: KnownName, key: Buffer, salt: Buffer | null): string {
  const plain = lookupName(name);
  const hosts =
    salt === null ? plain : `|1|${salt.toString('base64')}|${hashName(plain, salt).toString('base64')}`;
  return `${hosts} ${keyType(key)} ${key.toString('base64')}`;
}

/** As ssh-keygen prints it. */
export function fingerprint(key: Buffer): string {
  return `SHA256:${createHash('sha256').update(key).digest('base64').replace(/=+$/, '')}`;
}

/** The type's name inside an SSH key blob; '' when it is not one. */
export function keyType(key: Buffer): string {
  if (key.length < 4) return '';
  const length = key.readUInt32BE(0);
  return length > 64 || key.length < 4 + length ? '' : key.subarray(4, 4 + length).toString('latin1');
}

const DEFAULT_PORT = 22;

/** As it stands in the file. */
export function lookupName({ hostname, port }: KnownName): string {
  const name = hostname.toLowerCase();
  return port === DEFAULT_PORT ? name : `[${name}]:${port}`;
}

/** A comma list of patterns or hashed names. A negated pattern that matches beats all others. */
function matchesHosts(hosts: string, name: string): boolean {
  let found = false;
  for (const pattern of hosts.split(',')) {
    if (pattern.startsWith('!')) {
      if (matchesGlob(pattern.slice(1), name)) return false;
    } else if (pattern.startsWith('|') ? matchesHash(pattern, name) : matchesGlob(pattern, name)) {
      found = true;
    }
  }
  return found;
}

function matchesHash(pattern: string, name: string): boolean {
  const [, version, salt, hash] = pattern.split('|');
  if (version !== '1' || salt === undefined || hash === undefined) return false;
  const expected = Buffer.from(hash, 'base64');
  const actual = hashName(name, Buffer.from(salt, 'base64'));
  return expected.length === actual.length && timingSafeEqual(expected, actual);
}

function hashName(name: string, salt: Buffer): Buffer {
  return createHmac('sha1', salt).update(name).digest();
}

function matchesGlob(pattern: string, name: string): boolean {
  return matchesPattern(name, pattern.toLowerCase());
}

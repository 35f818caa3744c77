import { readFile, stat } from 'node:fs/promises';
import ssh2, { type ParsedKey } from 'ssh2';

/** What lies at a path that is named as a key. */
export type KeyFile =
  | { readonly kind: 'missing'; readonly file: string }
  | { readonly kind: 'unusable'; readonly file: string; readonly reason: string }
  /** Only the public half: the agent may have the other one. */
  | { readonly kind: 'public'; readonly file: string; readonly publicKey: ParsedKey }
  | { readonly kind: 'plain'; readonly file: string; readonly key: ParsedKey }
  | (LockedKey & { readonly kind: 'locked' });

/** A key behind a passphrase. */
export interface LockedKey {
  readonly file: string;
  readonly content: Buffer;
  /** Changes with the file. */
  readonly stamp: string;
  /** Null: an old format that hides it, and no `.pub` beside it. */
  readonly publicKey: ParsedKey | null;
}

export async function readKeyFile(file: string): Promise<KeyFile> {
  const read = await readWhole(file);
  if (read.kind === 'failed' && read.code !== 'ENOENT') {
    return { kind: 'unusable', file, reason: `it cannot be read (${read.code})` };
  }
  if (read.kind === 'failed') {
    const publicKey = await readPublic(`${file}.pub`);
    return publicKey ? { kind: 'public', file, publicKey } : { kind: 'missing', file };
  }
  const { content, stamp } = read;
  if (isLocked(content.toString('latin1'))) {
    const publicKey = publicPart(content) ?? (await readPublic(`${file}.pub`));
    return { kind: 'locked', file, content, stamp, publicKey };
  }
  const key = parse(content);
  if (key === null) return { kind: 'unusable', file, reason: 'it is not a key that we can read' };
  return key.isPrivateKey() ? { kind: 'plain', file, key } : { kind: 'public', file, publicKey: key };
}

/** Null: it is none. */
export function parse(content: Buffer | string): ParsedKey | null {
  const parsed: ParsedKey | Error | (ParsedKey | Error)[] = ssh2.utils.parseKey(content);
  const key = Array.isArray(parsed) ? parsed[0] : parsed;
  return key === undefined || key instanceof Error ? null : key;
}

type Read =
  | { readonly kind: 'read'; readonly content: Buffer; readonly stamp: string }
  | { readonly kind: 'failed'; readonly code: string };

async function readWhole(file: string): Promise<Read> {
  try {
    const { mtimeMs, size, ino } = await stat(file);
    return { kind: 'read', content: await readFile(file), stamp: `${mtimeMs}:${size}:${ino}` };
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? String(error.code) : 'unknown error';
    return { kind: 'failed', code };
  }
}

async function readPublic(file: string): Promise<ParsedKey | null> {
  const read = await readWhole(file);
  return read.kind === 'read' ? parse(read.content) : null;
}

/** By the file formats: PKCS#8, PEM and PuTTY headers, or the cipher's name at the start of an OpenSSH key. */
function isLocked(text: string): boolean {
  if (text.includes('-----BEGIN ENCRYPTED PRIVATE KEY-----') || /^Proc-Type: 4,ENCRYPTED/m.test(text))
    return true;
  const putty = /^PuTTY-User-Key-File-\d+:.*\r?\nEncryption: *(\S+)/m.exec(text)?.[1];
  if (putty !== undefined) return putty !== 'none';
  const fields = openSshFields(text);
  return fields !== null && fields.cipher !== 'none';
}

/** OpenSSH's own format keeps the public half readable. */
function publicPart(content: Buffer): ParsedKey | null {
  const fields = openSshFields(content.toString('latin1'));
  if (fields === null) return null;
  const type = fields.publicKey.subarray(4, 4 + fields.publicKey.readUInt32BE(0)).toString('latin1');
  return parse(`${type} ${fields.publicKey.toString('base64')}`);
}

function openSshFields(text: string): { readonly cipher: string; readonly publicKey: Buffer } | null {
  const body = /-----BEGIN OPENSSH PRIVATE KEY-----([^-]*)-----END/.exec(text)?.[1];
  if (body === undefined) return null;
  const blob = Buffer.from(body, 'base64');
  const magic = 'openssh-key-v1\0';
  if (blob.subarray(0, magic.length).toString('latin1') !== magic) return null;
  try {
    const [cipher, , , publicKey] = readFields(blob, magic.length);
    return cipher && publicKey ? { cipher: cipher.toString('latin1'), publicKey } : null;
  } catch {
    return null;
  }
}

/** Cipher, key derivation, its options, (how many keys,) the public key. Throws RangeError for what is cut. */
function readFields(blob: Buffer, start: number): readonly Buffer[] {
  const fields: Buffer[] = [];
  let at = start;
  while (fields.length < 4) {
    const length = blob.readUInt32BE(at);
    fields.push(blob.subarray(at + 4, at + 4 + length));
    at += 4 + length;
    if (fields.length === 3) at += 4;
  }
  return fields;
}

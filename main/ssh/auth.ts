import { readFile, stat } from 'node:fs/promises';
import path from 'node:path';
import ssh2, { type AnyAuthMethod, type ParsedKey } from 'ssh2';
import { LinkFault } from './fault.ts';

/** What a connection may prove itself with, in order, and how each is called in a message. */
export interface Credential {
  readonly label: string;
  readonly method: AnyAuthMethod;
}

export interface AuthSources {
  readonly username: string;
  /** A chosen key file: then nothing else is tried, so a refusal says what it means. */
  readonly identityFile: string | null;
  /** The person's home: default keys lie in its `.ssh`. */
  readonly home: string;
  /** The ssh-agent's socket. */
  readonly sshAuthSock: string | null;
}

const DEFAULT_KEYS = ['id_ed25519', 'id_ecdsa', 'id_rsa'];

/** Throws LinkFault `auth` when there is nothing to try. Each credential is offered once per connection. */
export async function loadCredentials(sources: AuthSources): Promise<readonly Credential[]> {
  if (sources.identityFile !== null) return [await loadChosenKey(sources, sources.identityFile)];
  const keys: Credential[] = [];
  const unusable: string[] = [];
  if (sources.sshAuthSock !== null && (await isSocket(sources.sshAuthSock))) {
    keys.push(agentCredential(sources.username, sources.sshAuthSock));
  }
  for (const name of DEFAULT_KEYS) {
    const file = path.join(sources.home, '.ssh', name);
    const read = await readKey(file);
    if (read.kind === 'key') keys.push(keyCredential(sources.username, file, read.key));
    else if (read.kind !== 'missing') unusable.push(`${file}: ${read.reason}`);
  }
  if (keys.length > 0) return keys;
  const why = unusable.length > 0 ? ` (${unusable.join('; ')})` : '';
  throw new LinkFault(
    'auth',
    `There is no key to log in with${why}. Choose a key file for this host, or start an ssh-agent and add a key.`,
  );
}

async function loadChosenKey(sources: AuthSources, file: string): Promise<Credential> {
  const expanded = file.startsWith('~/') ? path.join(sources.home, file.slice(2)) : file;
  const read = await readKey(expanded);
  switch (read.kind) {
    case 'key':
      return keyCredential(sources.username, expanded, read.key);
    case 'missing':
      throw new LinkFault('auth', `The key file ${expanded} does not exist.`);
    case 'encrypted':
      throw new LinkFault(
        'auth',
        `The key file ${expanded} is protected by a passphrase. Add it to an ssh-agent (ssh-add), ` +
          'and leave the key file of this host empty.',
      );
    case 'unusable':
      throw new LinkFault('auth', `The key file ${expanded} cannot be used: ${read.reason}.`);
  }
}

function agentCredential(username: string, socket: string): Credential {
  return { label: 'the ssh-agent', method: { type: 'agent', username, agent: socket } };
}

function keyCredential(username: string, file: string, key: ParsedKey): Credential {
  return { label: file, method: { type: 'publickey', username, key } };
}

type ReadKey =
  | { readonly kind: 'key'; readonly key: ParsedKey }
  | { readonly kind: 'missing' }
  | { readonly kind: 'encrypted' | 'unusable'; readonly reason: string };

async function readKey(file: string): Promise<ReadKey> {
  let content: Buffer;
  try {
    content = await readFile(file);
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? String(error.code) : 'unknown error';
    return code === 'ENOENT'
      ? { kind: 'missing' }
      : { kind: 'unusable', reason: `it cannot be read (${code})` };
  }
  if (isEncrypted(content.toString('latin1'))) {
    return { kind: 'encrypted', reason: 'it is protected by a passphrase' };
  }
  const parsed: ParsedKey | Error | (ParsedKey | Error)[] = ssh2.utils.parseKey(content);
  const key = Array.isArray(parsed) ? parsed[0] : parsed;
  if (key === undefined || key instanceof Error)
    return { kind: 'unusable', reason: 'it is not a key that we can read' };
  if (!key.isPrivateKey()) return { kind: 'unusable', reason: 'it holds a public key only' };
  return { kind: 'key', key };
}

/** By the file formats: PKCS#8 and PEM headers, or the cipher's name at the start of an OpenSSH key. */
function isEncrypted(text: string): boolean {
  if (text.includes('-----BEGIN ENCRYPTED PRIVATE KEY-----') || /^Proc-Type: 4,ENCRYPTED/m.test(text))
    return true;
  const body = /-----BEGIN OPENSSH PRIVATE KEY-----([^-]*)-----END/.exec(text)?.[1];
  if (body === undefined) return false;
  const blob = Buffer.from(body, 'base64');
  const magic = 'openssh-key-v1\0';
  if (blob.subarray(0, magic.length).toString('latin1') !== magic || blob.length < magic.length + 4)
    return false;
  const length = blob.readUInt32BE(magic.length);
  return blob.subarray(magic.length + 4, magic.length + 4 + length).toString('latin1') !== 'none';
}

async function isSocket(file: string): Promise<boolean> {
  try {
    return (await stat(file)).isSocket();
  } catch {
    return false;
  }
}

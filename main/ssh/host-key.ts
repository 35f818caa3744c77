import { readFile } from 'node:fs/promises';
import { LinkFault } from './fault.ts';
import {
  fingerprint,
  judgeHostKey,
  type KnownHost,
  keyType,
  knownKeyTypes,
  parseKnownHosts,
} from './known-hosts.ts';
import { shellWord } from './quote.ts';
import { formatTarget, type Target } from './target.ts';

/** What ssh2 offers by itself, in its order; the older ssh-rsa signature only where it is all that is known. */
const ALGORITHMS: Readonly<Record<string, readonly string[]>> = {
  'ssh-ed25519': ['ssh-ed25519'],
  'ecdsa-sha2-nistp256': ['ecdsa-sha2-nistp256'],
  'ecdsa-sha2-nistp384': ['ecdsa-sha2-nistp384'],
  'ecdsa-sha2-nistp521': ['ecdsa-sha2-nistp521'],
  'ssh-rsa': ['rsa-sha2-512', 'rsa-sha2-256', 'ssh-rsa'],
};

export interface HostKeyCheck {
  /** In the order to offer: first those for which a key is on record. */
  readonly algorithms: readonly string[];
  /** Null: go on. */
  judge(key: Buffer): LinkFault | null;
}

/** Reads the file once per connection, so that an edit counts at the next attempt. */
export async function loadHostKeyCheck(target: Target, file: string): Promise<HostKeyCheck> {
  const entries = parseKnownHosts(await readKnownHosts(file), file);
  const known = knownKeyTypes(entries, target.hostname, target.port);
  const types = Object.keys(ALGORITHMS);
  const ordered = [...types.filter((type) => known.has(type)), ...types.filter((type) => !known.has(type))];
  return {
    algorithms: ordered.flatMap((type) => ALGORITHMS[type] ?? []),
    judge: (key) => judgeKey(target, file, entries, key),
  };
}

async function readKnownHosts(file: string): Promise<string> {
  try {
    return await readFile(file, 'utf8');
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? String(error.code) : 'unknown error';
    if (code === 'ENOENT') return '';
    throw new LinkFault('host-key', `The list of known hosts ${file} cannot be read (${code}).`);
  }
}

function judgeKey(
  target: Target,
  file: string,
  entries: readonly KnownHost[],
  key: Buffer,
): LinkFault | null {
  const verdict = judgeHostKey(entries, target.hostname, target.port, key);
  const shown = `${fingerprint(key)} (${keyType(key)})`;
  const name = formatTarget({ ...target, username: null });
  switch (verdict.kind) {
    case 'known':
      return null;
    case 'unknown':
      return new LinkFault(
        'host-key',
        `The host key of ${name} is not known. Its fingerprint is ${shown}. If that is right, add it with ` +
          `"${scanCommand(target, file, key)}" or connect once with "${sshCommand(target)}".`,
      );
    case 'changed': {
      const old = verdict.entries
        .map((entry) => `${fingerprint(entry.key)} (${entry.type}) at ${entry.at}`)
        .join(', ');
      return new LinkFault(
        'host-key',
        `The host key of ${name} has changed: somebody may be listening. Known: ${old}. Offered: ${shown}. ` +
          'If the host was really set up anew, remove the old line and add the new key.',
      );
    }
    case 'revoked':
      return new LinkFault(
        'host-key',
        `The host key of ${name} is revoked (${verdict.entry.at}). Its fingerprint is ${shown}.`,
      );
  }
}

function scanCommand(target: Target, file: string, key: Buffer): string {
  const port = target.port === 22 ? '' : ` -p ${target.port}`;
  const type = keyType(key)
    .replace(/^ssh-/, '')
    .replace(/^ecdsa-.*/, 'ecdsa');
  return `ssh-keyscan${port} -t ${type} ${shellWord(target.hostname)} >> ${shellWord(file)}`;
}

function sshCommand(target: Target): string {
  const port = target.port === 22 ? '' : `-p ${target.port} `;
  const user = target.username === null ? '' : `${target.username}@`;
  return `ssh ${port}${shellWord(`${user}${target.hostname}`)}`;
}

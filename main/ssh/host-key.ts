import { randomBytes } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import type { KnownHostsOptions } from './config/host-options.ts';
import { LinkFault } from './fault.ts';
import {
  fingerprint,
  hasAuthority,
  judgeHostKey,
  type KnownHost,
  type KnownName,
  keyType,
  knownHostLine,
  knownKeyTypes,
  lookupName,
  parseKnownHosts,
} from './known-hosts.ts';
import { appendKnownHost } from './known-hosts-file.ts';
import { shellWord } from './quote.ts';
import type { OpenStage } from './trace.ts';
import type { Turns } from './turns.ts';

export interface HostKeyAsk {
  readonly fingerprint: string;
  readonly keyType: string;
  readonly knownHostsFile: string;
}

export interface HostKeyDeps {
  readonly options: KnownHostsOptions;
  /** Host name and port as they are dialled. */
  readonly name: KnownName;
  /** How people call the machine. */
  readonly hop: string;
  /** So that one key is asked about once, however many connections show it. */
  readonly turns: Turns;
  /** Asks the person. Rejects when the connection ends first. */
  readonly ask: (question: HostKeyAsk) => Promise<boolean>;
}

/** Where a new key goes when the configuration keeps none. */
const NOWHERE = 'none';

const AUTHORITY =
  'An authority for host certificates is on record, but Gaffer does not check certificates: the plain key counts.';

/** The signature algorithms to offer, first those of keys on record. Reads the files anew, so that edits count. */
export async function offeredAlgorithms({ options, name }: HostKeyDeps): Promise<readonly string[]> {
  const known = knownKeyTypes(await readAll(options), savedName(options, name));
  const isKnown = (algorithm: string) => known.has(algorithm.replace(/^rsa-sha2-.*/, 'ssh-rsa'));
  const { algorithms } = options;
  return [...algorithms.filter(isKnown), ...algorithms.filter((algorithm) => !isKnown(algorithm))];
}

/** Resolves when the key is right, or was accepted. Throws LinkFault `host-key`. */
export async function checkHostKey(
  key: Buffer,
  deps: HostKeyDeps,
  stage: OpenStage,
  signal: AbortSignal,
): Promise<void> {
  const { options, hop, turns, ask } = deps;
  const name = savedName(options, deps.name);
  const shown = `${fingerprint(key)} (${keyType(key)})`;
  const look = async () => {
    const entries = await readAll(options);
    return { entries, verdict: judgeHostKey(entries, name, key) };
  };
  const { verdict } = await look();
  if (verdict.kind === 'changed') throw changedFault(hop, name, verdict.entries, shown);
  if (verdict.kind === 'revoked') throw revokedFault(hop, verdict.entry, shown);
  if (verdict.kind === 'known') return stage.ok('The host key is the one on record.', shown);
  if (options.strict === 'yes') throw strictFault(hop, shown);

  await turns.take(`host-key ${lookupName(name)}`, signal, async () => {
    // Another connection may have asked in the meantime.
    const { entries, verdict: now } = await look();
    if (now.kind === 'known') return stage.ok('The host key was accepted just now.', shown);
    const detail = hasAuthority(entries, name) ? `${shown}\n${AUTHORITY}` : shown;
    const [file] = options.userFiles;
    if (options.strict === 'ask') {
      const question = { fingerprint: fingerprint(key), keyType: keyType(key) };
      const accepted = await ask({ ...question, knownHostsFile: file ?? NOWHERE });
      if (!accepted) throw declinedFault(hop, shown, detail);
    }
    const kept = file === undefined ? 'kept nowhere' : await keep(file, name, key, options.hashes);
    stage.ok(`The host key is accepted and ${kept}.`, detail);
  });
}

async function keep(file: string, name: KnownName, key: Buffer, hashes: boolean): Promise<string> {
  try {
    await appendKnownHost(file, knownHostLine(name, key, hashes ? randomBytes(20) : null));
    return `written to ${file}`;
  } catch (error) {
    return `could not be written to ${file} (${codeOf(error)})`;
  }
}

function savedName({ alias }: KnownHostsOptions, name: KnownName): KnownName {
  return alias === null ? name : { hostname: alias, port: 22 };
}

async function readAll({ userFiles, globalFiles }: KnownHostsOptions): Promise<readonly KnownHost[]> {
  const files = [...userFiles, ...globalFiles];
  return (await Promise.all(files.map(readEntries))).flat();
}

async function readEntries(file: string): Promise<readonly KnownHost[]> {
  try {
    return parseKnownHosts(await readFile(file, 'utf8'), file);
  } catch (error) {
    if (codeOf(error) === 'ENOENT') return [];
    throw new LinkFault(
      'host-key',
      `The list of known hosts ${file} cannot be read (${codeOf(error)}).`,
      null,
      `Make ${file} readable for you.`,
    );
  }
}

function changedFault(
  hop: string,
  name: KnownName,
  entries: readonly KnownHost[],
  shown: string,
): LinkFault {
  const old = entries.map(
    (entry) => `${fingerprint(entry.key)} (${entry.type}) at ${entry.file}:${entry.line}`,
  );
  return new LinkFault(
    'host-key',
    `The host key of ${hop} has changed: somebody may be listening. Known: ${old.join(', ')}. Offered: ${shown}.`,
    null,
    `If the host was really set up anew, remove the old key with "${removal(name, entries)}", and connect again.`,
  );
}

/** ssh-keygen removes what is kept for one name; a line for a pattern it leaves alone. */
function removal(name: KnownName, entries: readonly KnownHost[]): string {
  const [entry] = entries;
  const file = shellWord(entry?.file ?? '');
  if (entry && /[*?!]/.test(entry.hosts)) return `sed -i ${entry.line}d ${file}`;
  return `ssh-keygen -R ${shellWord(lookupName(name))} -f ${file}`;
}

function revokedFault(hop: string, entry: KnownHost, shown: string): LinkFault {
  return new LinkFault(
    'host-key',
    `The host key of ${hop} is revoked (${entry.file}:${entry.line}). Its fingerprint is ${shown}.`,
    null,
    'Do not connect. Ask who runs the host for its new key.',
  );
}

function strictFault(hop: string, shown: string): LinkFault {
  return new LinkFault(
    'host-key',
    `The host key of ${hop} is not known, and the SSH configuration accepts no new ones. Its fingerprint is ${shown}.`,
    null,
    `Compare the fingerprint, then connect once with "ssh -o StrictHostKeyChecking=ask ${shellWord(hop)}".`,
  );
}

function declinedFault(hop: string, shown: string, detail: string): LinkFault {
  return new LinkFault(
    'host-key',
    `The host key of ${hop} is not known, and was not accepted. Its fingerprint is ${shown}.`,
    detail,
    'Compare the fingerprint with what who runs the host says, then connect again and accept it.',
  );
}

function codeOf(error: unknown): string {
  return error instanceof Error && 'code' in error ? String(error.code) : 'unknown error';
}

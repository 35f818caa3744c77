import type { ParsedKey } from 'ssh2';
import type { KeyOptions } from '../config/host-options.ts';
import { fingerprint } from '../known-hosts.ts';
import { type AgentKeys, listAgentKeys, signByAgent } from './agent.ts';
import { type KeyFile, type LockedKey, readKeyFile } from './key-file.ts';
import { type Keyring, type OpenKey, openKey, signWith } from './keyring.ts';

/** A key to offer. */
export interface Candidate {
  /** For people: where it is from. */
  readonly label: string;
  readonly publicKey: ParsedKey;
  /** Rejects when it cannot; LinkFault when the person declined. */
  sign(data: Buffer, hash: string | undefined): Promise<Buffer>;
}

export interface CandidateDeps {
  readonly options: KeyOptions;
  /** Paths as people write them. */
  readonly shortPath: (file: string) => string;
  readonly keyring: Keyring;
  /** Opens a key with the person's help. Null: the passphrase was wrong too often. Rejects when they decline. */
  readonly unlock: (key: LockedKey) => Promise<OpenKey | null>;
  /** For what may take somebody's time: an agent may ask for a touch. */
  readonly waiting: <T>(what: string, wait: () => Promise<T>) => Promise<T>;
  /** Hears why a named key cannot be used. */
  readonly onProblem: (sentence: string) => void;
}

/**
 * The keys in OpenSSH's order: those of the agent whose file is named, the agent's others, then files. A passphrase is
 * asked for when the server wants the key, where the public half can be read without.
 */
export async function* candidates(deps: CandidateDeps, signal: AbortSignal): AsyncGenerator<Candidate> {
  const { options, onProblem, shortPath } = deps;
  const files = await Promise.all(options.files.map(readKeyFile));
  for (const file of files) {
    if (file.kind === 'unusable') onProblem(`${shortPath(file.file)}: ${file.reason}.`);
  }
  if (options.certificates)
    onProblem('Gaffer does not use the certificates that the SSH configuration names.');
  const held = await agentKeys(deps, signal);
  const named = new Set<KeyFile>();
  const inAgent = (held?.keys ?? []).map((key) => {
    const file = files.find((one) => publicOf(one)?.equals(key.getPublicSSH()));
    if (file) named.add(file);
    return { key, file };
  });
  const wanted = options.only ? inAgent.filter(({ file }) => file) : inAgent;
  for (const { key, file } of wanted.toSorted((a, b) => Number(!a.file) - Number(!b.file))) {
    if (held) yield fromAgent(held, key, file ? shortPath(file.file) : null, deps);
  }
  for (const file of files) {
    if (named.has(file)) continue;
    const candidate = await fromFile(file, deps);
    if (candidate) yield candidate;
  }
}

/** Of the first agent that has some; problems are told when none has. */
async function agentKeys(
  { options, onProblem }: CandidateDeps,
  signal: AbortSignal,
): Promise<AgentKeys | null> {
  const problems: string[] = [];
  for (const socket of options.agentSockets) {
    const held = await listAgentKeys(socket, signal);
    if (typeof held === 'string') problems.push(held);
    else if (held.keys.length > 0) return held;
  }
  for (const problem of problems) onProblem(problem);
  return null;
}

function fromAgent(
  { agent }: AgentKeys,
  key: ParsedKey,
  file: string | null,
  { waiting }: CandidateDeps,
): Candidate {
  const name = file ?? (key.comment || fingerprint(key.getPublicSSH()));
  return {
    label: `${name} (from the ssh-agent)`,
    publicKey: key,
    sign: (data, hash) => waiting('the ssh-agent', () => signByAgent(agent, key, data, hash)),
  };
}

async function fromFile(file: KeyFile, deps: CandidateDeps): Promise<Candidate | null> {
  const label = deps.shortPath(file.file);
  switch (file.kind) {
    case 'missing':
    case 'unusable':
      return null;
    case 'public':
      deps.onProblem(`${label}: only its public half is there, and no ssh-agent holds the other.`);
      return null;
    case 'plain': {
      const key = openKey(file.key);
      return { label, publicKey: file.key, sign: async (data, hash) => signWith(key, data, hash) };
    }
    case 'locked':
      return fromLocked(file, label, deps);
  }
}

async function fromLocked(
  locked: LockedKey,
  label: string,
  deps: CandidateDeps,
): Promise<Candidate | null> {
  const open = async () => deps.keyring.get(locked) ?? deps.unlock(locked);
  const publicKey = locked.publicKey ?? (await open())?.publicKey ?? null;
  if (publicKey === null) return null;
  return {
    label,
    publicKey,
    async sign(data, hash) {
      const key = await open();
      if (key === null) throw new Error('the passphrase was wrong');
      return signWith(key, data, hash);
    },
  };
}

function publicOf(file: KeyFile): ParsedKey | null {
  switch (file.kind) {
    case 'plain':
      return file.key;
    case 'public':
    case 'locked':
      return file.publicKey;
    case 'missing':
    case 'unusable':
      return null;
  }
}

import fs from 'node:fs';
import type { SecretsKept } from '@shared/contract/app.ts';
import { z } from 'zod';

export interface Cipher {
  encrypt(text: string): Buffer;
  /** Throws when the bytes were encrypted by another key. */
  decrypt(bytes: Buffer): string;
}

export interface SecretsOptions {
  readonly file: string;
  /** Asked at the first use; null: nothing is kept on disk, unless the person says so. */
  readonly cipher: () => Promise<Cipher | null>;
  /** Whether there is a cipher, until the first use. */
  readonly likely: boolean;
}

export interface SecretsStore {
  get(id: string): Promise<string | null>;
  set(id: string, secret: string): Promise<void>;
  remove(id: string): Promise<void>;
  /** Of every entry, also of one that cannot be decrypted. Asks nobody. */
  names(): readonly string[];
  /** Secrets outlive this run. */
  readonly persist: boolean;
  readonly kept: SecretsKept;
  /** Without encryption, and from now on: in the file as they are, or in memory only. Nothing changes where there is encryption. */
  keepInFile(inFile: boolean): Promise<void>;
}

const contents = z.record(z.string(), z.string());

/** The entry that says that the person wants the others in the file although they are not encrypted. */
const CHOICE = '*';
/** Before what is not encrypted; no base64 begins so. */
const CLEAR = 'clear:';

/**
 * Secrets by id. On disk they are ciphertexts in one file that only its owner can read, replaced in one step;
 * in memory they are in clear. An entry that cannot be decrypted counts as not there and is left alone.
 */
export function createSecrets(options: SecretsOptions): SecretsStore {
  const memory = new Map<string, string>();
  let sealed = options.likely;
  const cipher = async () => {
    const found = await options.cipher();
    sealed = found !== null;
    return found;
  };
  const kept = (): SecretsKept => (sealed ? 'system' : CHOICE in readAll(options.file) ? 'file' : 'memory');

  return {
    get persist() {
      return kept() !== 'memory';
    },
    get kept() {
      return kept();
    },
    async keepInFile(inFile) {
      if ((await cipher()) !== null) return;
      const { [CHOICE]: _, ...all } = readAll(options.file);
      for (const [id, stored] of Object.entries(all)) {
        const secret = clearOf(stored);
        if (secret !== null && !memory.has(id)) memory.set(id, secret);
        if (secret !== null) delete all[id];
      }
      const clear = [...memory].map(([id, secret]) => [id, inClear(secret)]);
      writeAll(options.file, inFile ? { ...all, ...Object.fromEntries(clear), [CHOICE]: '' } : all);
    },
    async get(id) {
      const known = memory.get(id);
      if (known !== undefined) return known;
      const stored = readAll(options.file)[id];
      if (stored === undefined) return null;
      const secret = clearOf(stored) ?? tryDecrypt(await cipher(), stored);
      if (secret !== null) memory.set(id, secret);
      return secret;
    },
    async set(id, secret) {
      const found = await cipher();
      const all = readAll(options.file);
      if (found !== null) writeAll(options.file, { ...allSealed(all, found), [id]: seal(secret, found) });
      else if (CHOICE in all) writeAll(options.file, { ...all, [id]: inClear(secret) });
      memory.set(id, secret);
    },
    names: () =>
      [...new Set([...memory.keys(), ...Object.keys(readAll(options.file))])].filter((id) => id !== CHOICE),
    async remove(id) {
      memory.delete(id);
      const { [id]: gone, ...rest } = readAll(options.file) as Record<string, string>;
      if (gone !== undefined) writeAll(options.file, rest);
    },
  };
}

function seal(secret: string, cipher: Cipher): string {
  return cipher.encrypt(secret).toString('base64');
}

/** The system has a key store by now: nothing stays as it is. */
function allSealed(
  { [CHOICE]: _, ...all }: Readonly<Record<string, string>>,
  cipher: Cipher,
): Record<string, string> {
  return Object.fromEntries(
    Object.entries(all).map(([id, stored]) => {
      const secret = clearOf(stored);
      return [id, secret === null ? stored : seal(secret, cipher)];
    }),
  );
}

function inClear(secret: string): string {
  return CLEAR + Buffer.from(secret).toString('base64');
}

/** Null: it is encrypted. */
function clearOf(stored: string): string | null {
  return stored.startsWith(CLEAR) ? Buffer.from(stored.slice(CLEAR.length), 'base64').toString() : null;
}

function tryDecrypt(cipher: Cipher | null, stored: string): string | null {
  try {
    return cipher?.decrypt(Buffer.from(stored, 'base64')) ?? null;
  } catch {
    return null;
  }
}

function readAll(file: string): Record<string, string> {
  try {
    const parsed = contents.safeParse(JSON.parse(fs.readFileSync(file, 'utf8')));
    return parsed.success ? parsed.data : {};
  } catch {
    return {};
  }
}

function writeAll(file: string, all: Readonly<Record<string, string>>): void {
  const next = `${file}.new`;
  const handle = fs.openSync(next, 'w', 0o600);
  try {
    fs.writeSync(handle, JSON.stringify(all));
    fs.fsyncSync(handle);
  } finally {
    fs.closeSync(handle);
  }
  fs.renameSync(next, file);
}

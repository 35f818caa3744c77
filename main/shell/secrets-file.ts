import fs from 'node:fs';
import { z } from 'zod';

export interface Cipher {
  encrypt(text: string): Buffer;
  /** Throws when the bytes were encrypted by another key. */
  decrypt(bytes: Buffer): string;
}

export interface SecretsOptions {
  readonly file: string;
  /** Asked at the first use; null: nothing is kept on disk. */
  readonly cipher: () => Promise<Cipher | null>;
  /** What `persist` says until the first use. */
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
}

const contents = z.record(z.string(), z.string());

/**
 * Secrets by id. On disk they are ciphertexts in one file that only its owner can read, replaced in one step;
 * in memory they are in clear. An entry that cannot be decrypted counts as not there and is left alone.
 */
export function createSecrets(options: SecretsOptions): SecretsStore {
  const memory = new Map<string, string>();
  let persist = options.likely;
  const cipher = async () => {
    const found = await options.cipher();
    persist = found !== null;
    return found;
  };

  return {
    get persist() {
      return persist;
    },
    async get(id) {
      const known = memory.get(id);
      if (known !== undefined) return known;
      const stored = readAll(options.file)[id];
      if (stored === undefined) return null;
      const secret = tryDecrypt(await cipher(), stored);
      if (secret !== null) memory.set(id, secret);
      return secret;
    },
    async set(id, secret) {
      const found = await cipher();
      if (found !== null) {
        const all = { ...readAll(options.file), [id]: found.encrypt(secret).toString('base64') };
        writeAll(options.file, all);
      }
      memory.set(id, secret);
    },
    names: () => [...new Set([...memory.keys(), ...Object.keys(readAll(options.file))])],
    async remove(id) {
      memory.delete(id);
      const { [id]: gone, ...rest } = readAll(options.file) as Record<string, string>;
      if (gone !== undefined) writeAll(options.file, rest);
    },
  };
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

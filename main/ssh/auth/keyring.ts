import { createPrivateKey, type KeyObject, sign } from 'node:crypto';
import type { ParsedKey } from 'ssh2';
import { Turns } from '../turns.ts';
import type { LockedKey } from './key-file.ts';
import { parse } from './key-file.ts';
import { unlock } from './unlock.ts';

/** A private key that can sign. */
export interface OpenKey {
  readonly publicKey: ParsedKey;
  readonly privateKey: KeyObject;
}

export function openKey(key: ParsedKey): OpenKey {
  return { publicKey: key, privateKey: createPrivateKey(key.getPrivatePEM()) };
}

/** As SSH wants it. `hash` is for RSA alone, whose keys sign in several ways. */
export function signWith({ privateKey }: OpenKey, data: Buffer, hash: string | undefined): Buffer {
  const { asymmetricKeyType, asymmetricKeyDetails } = privateKey;
  if (asymmetricKeyType === 'rsa') return sign(hash ?? 'sha1', data, privateKey);
  if (asymmetricKeyType !== 'ec') return sign(null, data, privateKey);
  return sign(EC_HASHES[asymmetricKeyDetails?.namedCurve ?? ''] ?? 'sha256', data, privateKey);
}

const EC_HASHES: Readonly<Record<string, string>> = { secp384r1: 'sha384', secp521r1: 'sha512' };

/** Answers with a passphrase; null: the person declined. `attempt` counts from 1. */
export type AskPassphrase = (attempt: number) => Promise<string | null>;

/** Keys that were opened with a passphrase, for the app's run, as an ssh-agent keeps them. */
export class Keyring {
  readonly #open = new Map<string, { readonly stamp: string; readonly key: OpenKey }>();
  readonly #turns = new Turns();

  /** Null: not opened yet, or the file changed since. */
  get({ file, stamp }: LockedKey): OpenKey | null {
    const known = this.#open.get(file);
    return known?.stamp === stamp ? known.key : null;
  }

  /** Asks at most `attempts` times, and once for all who want the same key. Rejects with what `ask` rejects with. */
  open(
    locked: LockedKey,
    ask: AskPassphrase,
    attempts: number,
    signal: AbortSignal,
  ): Promise<OpenKey | 'declined' | 'wrong'> {
    return this.#turns.take(locked.file, signal, async () => {
      for (let attempt = 1; attempt <= attempts; attempt++) {
        const known = this.get(locked);
        if (known) return known;
        const passphrase = await ask(attempt);
        if (passphrase === null) return 'declined';
        const unlocked = await unlock(locked.content, passphrase, signal);
        const publicKey = unlocked && parse(publicLine(unlocked.publicKey));
        if (!publicKey) continue;
        const key = { publicKey, privateKey: unlocked.privateKey };
        this.#open.set(locked.file, { stamp: locked.stamp, key });
        return key;
      }
      return 'wrong';
    });
  }
}

function publicLine(blob: Buffer): string {
  const type = blob.subarray(4, 4 + blob.readUInt32BE(0)).toString('latin1');
  return `${type} ${blob.toString('base64')}`;
}

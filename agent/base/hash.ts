import { createHash } from 'node:crypto';
import { createReadStream, readFileSync } from 'node:fs';
import { pipeline } from 'node:stream/promises';
import { errorCode } from './refusal.ts';

export function sha256(...pieces: readonly (string | Uint8Array)[]): string {
  const hash = createHash('sha256');
  for (const piece of pieces) {
    // The length keeps ('ab','c') and ('a','bc') apart.
    hash.update(`${Buffer.byteLength(piece)}:`);
    hash.update(piece);
  }
  return hash.digest('hex');
}

export function hashOfBytes(bytes: Uint8Array): string {
  return createHash('sha256').update(bytes).digest('hex');
}

/** Null: there is no such file. */
export async function hashOfFile(path: string): Promise<string | null> {
  const hash = createHash('sha256');
  try {
    await pipeline(createReadStream(path), hash);
  } catch (error) {
    if (errorCode(error) === 'ENOENT') return null;
    throw error;
  }
  return hash.digest('hex');
}

/** First 12 hex digits of the SHA-256 of the agent's own file. */
export function versionOf(agentFile: string): string {
  return createHash('sha256').update(readFileSync(agentFile)).digest('hex').slice(0, 12);
}

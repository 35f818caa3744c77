import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';

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

/** First 12 hex digits of the SHA-256 of the agent's own file. */
export function versionOf(agentFile: string): string {
  return createHash('sha256').update(readFileSync(agentFile)).digest('hex').slice(0, 12);
}

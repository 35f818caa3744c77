import { createHash } from 'node:crypto';
import { constants } from 'node:fs';
import { access } from 'node:fs/promises';
import { pipeline } from 'node:stream/promises';
import { limits } from '../base/limits.ts';
import { errorCode, Refusal, refusalOf } from '../base/refusal.ts';
import { openPlainFile } from './open-plain.ts';
import type { FileRules } from './paths.ts';

/**
 * What a resolved path holds, to be known again later: the hash of a file; of one larger than any call writes, when it
 * was changed. Null: there is none. Not readable is enough for a write, and what is there is then not known.
 */
export async function stampOf(resolved: string, rules: FileRules): Promise<string | null> {
  try {
    await access(resolved, constants.R_OK);
  } catch (error) {
    if (errorCode(error) === 'EACCES') return 'unreadable';
    if (errorCode(error) === 'ENOENT') return null;
    throw refusalOf(error, resolved);
  }
  try {
    const file = await openPlainFile(resolved, rules);
    try {
      const { size, mtimeMs, ino } = await file.stat();
      if (size > limits.writeBody) return `large ${size} ${mtimeMs} ${ino}`;
      const hash = createHash('sha256');
      await pipeline(file.createReadStream({ start: 0, end: limits.writeBody, autoClose: false }), hash);
      return hash.digest('hex');
    } finally {
      await file.close();
    }
  } catch (error) {
    if (error instanceof Refusal && error.code === 'not-found') return null;
    throw refusalOf(error, resolved);
  }
}

import { randomBytes } from 'node:crypto';
import { linkSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { errorCode } from './refusal.ts';

/** Whole or not at all, for the agent's own small files. */
export function putFile(path: string, value: unknown): void {
  const temporary = `${path}.${randomBytes(4).toString('hex')}`;
  writeFileSync(temporary, JSON.stringify(value), { mode: 0o600 });
  renameSync(temporary, path);
}

/** Like putFile, but false when the file is there already: one writer wins, and never with half a file. */
export function putNewFile(path: string, value: unknown): boolean {
  const temporary = `${path}.${randomBytes(4).toString('hex')}`;
  writeFileSync(temporary, JSON.stringify(value), { mode: 0o600 });
  try {
    linkSync(temporary, path);
    return true;
  } catch (error) {
    if (errorCode(error) === 'EEXIST') return false;
    return createExclusively(path, value);
  } finally {
    rmSync(temporary, { force: true });
  }
}

/** For file systems without hard links: a reader may see it empty for an instant. */
function createExclusively(path: string, value: unknown): boolean {
  try {
    writeFileSync(path, JSON.stringify(value), { mode: 0o600, flag: 'wx' });
    return true;
  } catch (error) {
    if (errorCode(error) === 'EEXIST') return false;
    throw error;
  }
}

/** Null: missing, unreadable or not JSON. */
export function getFile(path: string): unknown {
  try {
    return readFile(path);
  } catch {
    return null;
  }
}

/** Null: missing or not JSON. Throws when it is there and cannot be read, which says nothing about what it holds. */
export function readFile(path: string): unknown {
  try {
    return JSON.parse(readFileSync(path, 'utf8')) as unknown;
  } catch (error) {
    if (error instanceof SyntaxError || errorCode(error) === 'ENOENT') return null;
    throw error;
  }
}

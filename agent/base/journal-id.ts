import { randomUUID } from 'node:crypto';
import path from 'node:path';
import { putFile, putNewFile, readFile } from './small-file.ts';
import { syncDirectory, syncFile } from './sync-directory.ts';

/**
 * The name of this home's journals, whatever version and host writes them: it lies beside them and goes where they go.
 * A call that left for journals of one name is not known to those of another.
 */
export function openJournalId(dir: string): string {
  const file = path.join(dir, 'id');
  const known = readFile(file);
  if (isId(known)) return known;
  const id = randomUUID();
  // Another agent may be at it, too. What is there and says nothing was torn by a power cut.
  if (!putNewFile(file, id)) {
    const theirs = readFile(file);
    if (isId(theirs)) return theirs;
    putFile(file, id);
  }
  syncFile(file);
  syncDirectory(dir);
  return id;
}

function isId(value: unknown): value is string {
  return typeof value === 'string' && value !== '';
}

import type { FileContent } from '@shared/contract/files.ts';
import { err, ok, type Result } from '@shared/util/result.ts';
import { fileContent, readLimit } from './file-content.ts';
import { type FilesProblem, type Look, OUTSIDE } from './look-at.ts';

const MISSING: FilesProblem = { code: 'not-found', message: 'This file is not there any more.' };
const FOLDER: FilesProblem = { code: 'not-readable', message: 'This is a folder.' };
const REFUSED: FilesProblem = { code: 'not-readable', message: 'This may not be read.' };

export async function readFile(look: Look): Promise<Result<FileContent, FilesProblem>> {
  const { client } = look.connection;
  const call = { signal: look.signal };
  const found = await client.stat(look.at, call);
  if (!look.isInside(found.realPath)) return err(OUTSIDE);
  if (found.kind === 'missing') return err(MISSING);
  if (found.kind === 'directory') return err(FOLDER);
  if (found.kind === 'other') return ok({ kind: 'special' });
  if (!found.readable) return err(REFUSED);
  const limit = readLimit(found.realPath);
  if (found.size > limit) return ok({ kind: 'too-large', size: found.size, limit });
  // One byte more: it may have grown meanwhile.
  const bytes = await client.readFile(found.realPath, { limit: limit + 1 }, call);
  return bytes.length > limit
    ? ok({ kind: 'too-large', size: bytes.length, limit })
    : ok(fileContent(bytes));
}

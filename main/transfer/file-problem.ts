import { DatabaseFault } from '../db/fault.ts';

const WORDS: Readonly<Record<string, string>> = {
  ENOSPC: 'The disk is full.',
  EDQUOT: 'Your share of the disk is used up.',
  EACCES: 'The system does not let Gaffer use this place.',
  EPERM: 'The system does not let Gaffer use this place.',
  EROFS: 'This disk can only be read.',
  ENOENT: 'This place is not there any more.',
  ENOTDIR: 'This place is not there any more.',
  EISDIR: 'This is a folder, not a file.',
  ENAMETOOLONG: 'The name of the file is too long.',
  EIO: 'The disk does not answer as it should.',
};

/** Why a file could not be written or read, by the system's code; null: it is something else that went wrong. */
export function fileProblem(error: unknown, name: string, what: 'write' | 'read'): string | null {
  if (error instanceof DatabaseFault && error.code === 'disk-full')
    return 'The disk is full. Nothing was changed.';
  const code = error instanceof Error && 'code' in error ? String(error.code) : '';
  const why = WORDS[code];
  if (why === undefined) return null;
  const outcome = what === 'write' ? `“${name}” was not written` : `“${name}” was not read`;
  return `${why} ${outcome}; nothing was changed.`;
}

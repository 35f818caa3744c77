import { DatabaseFault } from '../db/fault.ts';

/** Of an archive; its size tells it without reading it. */
export const CHANGED = 'The file has changed since it was made.';

/** Stands behind the name of an archive that is verified and has no note yet. */
export const VERIFIED = '.verified';

const WORDS: Readonly<Record<string, string>> = {
  ENOSPC: 'There is not enough room on the disk for a copy.',
  EDQUOT: 'Your share of the disk is used up.',
  EACCES: 'The system does not let Gaffer write there.',
  EPERM: 'The system does not let Gaffer write there.',
  EROFS: 'This disk can only be read.',
  ENOTDIR: 'A file stands in the place of the folder.',
  EEXIST: 'A file stands in the place of the folder.',
  EIO: 'The disk does not answer as it should.',
};

/** Why a copy could not be made or read, by the system's code. The chats and earlier copies are as they were. */
export function describeTrouble(error: unknown, directory: string): string {
  const code = error instanceof Error && 'code' in error ? String(error.code) : '';
  if (error instanceof DatabaseFault)
    return error.code === 'closed' ? 'Gaffer was closed before the copy was done.' : error.message;
  const why = WORDS[code] ?? 'Something unexpected happened; the log says what.';
  return `${why} (${directory})`;
}

import { access, constants, opendir, realpath, stat } from 'node:fs/promises';
import path from 'node:path';
import { err, ok, type Result } from '@shared/util/result.ts';

export type FolderRefusal = {
  readonly code: 'not-a-folder' | 'not-readable' | 'not-found';
  readonly message: string;
};

/** What the check asks of the disk; each rejects with a system error. */
export interface Disk {
  realpath(path: string): Promise<string>;
  isDirectory(path: string): Promise<boolean>;
  /** Rejects unless the directory can be entered and listed. */
  list(path: string): Promise<void>;
}

const systemDisk: Disk = {
  realpath: (at) => realpath(at),
  isDirectory: async (at) => (await stat(at)).isDirectory(),
  async list(at) {
    await access(at, constants.R_OK | constants.X_OK);
    await (await opendir(at)).close();
  },
};

/** The real path of a folder on this computer that can be worked in, or a sentence why not. */
export async function checkFolder(
  given: string,
  disk: Disk = systemDisk,
): Promise<Result<string, FolderRefusal>> {
  if (!path.isAbsolute(given)) {
    return err({ code: 'not-found', message: `"${given}" is not an absolute path.` });
  }
  try {
    const real = await disk.realpath(given);
    if (!(await disk.isDirectory(real))) {
      return err({ code: 'not-a-folder', message: `${given} is a file, not a folder.` });
    }
    await disk.list(real);
    return ok(real);
  } catch (error) {
    return err(refusalOf(given, error));
  }
}

function refusalOf(given: string, error: unknown): FolderRefusal {
  const code = error instanceof Error && 'code' in error ? error.code : null;
  switch (code) {
    case 'ENOENT':
      return { code: 'not-found', message: `There is no folder at ${given}.` };
    case 'ENOTDIR':
      return { code: 'not-a-folder', message: `A part of ${given} is a file, not a folder.` };
    case 'EACCES':
    case 'EPERM':
      return { code: 'not-readable', message: `You are not allowed to read ${given}.` };
    default:
      return { code: 'not-readable', message: `${given} cannot be read (${String(code ?? error)}).` };
  }
}

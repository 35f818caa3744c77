import { constants } from 'node:fs';
import { access, lstat } from 'node:fs/promises';
import path from 'node:path';
import { limits } from '../base/limits.ts';
import { failed } from './open-repository.ts';
import { isOwnFile } from './own-files.ts';
import type { Git, GitCall } from './run-git.ts';

/**
 * Which files differ from the index of `call`, or are not in it, but for those that git ignores. `git add` would do
 * more: it asks each submodule for its status, and so follows the configuration that it brings.
 */
export async function changedNames(
  { run, own }: Pick<Git, 'run'> & { readonly own: string | null },
  which: readonly ('--others' | '--modified' | '--deleted')[],
  call: GitCall,
): Promise<readonly string[]> {
  const args = ['ls-files', '-z', '--exclude-standard', ...which];
  const result = await run(args, { ...call, maxBytes: limits.gitNames });
  if (result === 'no-git') return [];
  if (result.code !== 0) throw failed(result);
  const names = result.stdout.toString('utf8').split('\0');
  // A directory is a repository of its own, which is no part of this one.
  return [...new Set(names.filter((name) => name !== '' && !name.endsWith('/') && !isOwnFile(name, own)))];
}

/** What git could read; one file that it cannot would fail them all. */
export async function readableNames(root: string, names: readonly string[]): Promise<readonly string[]> {
  const readable = await Promise.all(
    names.map(async (name) => {
      const at = path.join(root, name);
      const found = await lstat(at).catch(() => null);
      // A link is read as a link, and what is gone is taken out.
      if (!found?.isFile()) return true;
      return access(at, constants.R_OK).then(
        () => true,
        () => false,
      );
    }),
  );
  return names.filter((_name, at) => readable[at]);
}

import { readdir, stat } from 'node:fs/promises';
import path from 'node:path';
import type { ListDirectoryResponse } from '@shared/agent-protocol/index.ts';
import { limits } from '../base/limits.ts';
import { refusalOf } from '../base/refusal.ts';
import { type FileRules, resolvePath } from './paths.ts';

export async function listDirectory(given: string, rules: FileRules): Promise<ListDirectoryResponse> {
  const resolved = await resolvePath(given, rules);
  const found = await readdir(resolved, { withFileTypes: true }).catch((error: unknown) => {
    throw refusalOf(error, given);
  });
  const entries = await Promise.all(
    found.map(async (entry) => ({
      name: entry.name,
      is_dir:
        entry.isDirectory() ||
        (entry.isSymbolicLink() && (await isDirectory(path.join(resolved, entry.name)))),
    })),
  );
  entries.sort((a, b) => Number(b.is_dir) - Number(a.is_dir) || (a.name < b.name ? -1 : 1));
  return {
    absolute_path: resolved,
    contents: entries.slice(0, limits.directoryEntries),
    truncated: entries.length > limits.directoryEntries,
  };
}

async function isDirectory(target: string): Promise<boolean> {
  return stat(target).then(
    (found) => found.isDirectory(),
    () => false,
  );
}

import type { Dirent } from 'node:fs';
import { opendir, stat } from 'node:fs/promises';
import path from 'node:path';
import type { ListDirectoryResponse } from '@shared/agent-protocol/index.ts';
import { limits } from '../base/limits.ts';
import { refusalOf } from '../base/refusal.ts';
import { directoryStamp } from './directory-stamp.ts';
import { holdDirectory } from './open-plain.ts';
import { type FileRules, resolvePath } from './paths.ts';

/** Of a directory with more than `limits.directoryScan` entries some are never looked at. */
export async function listDirectory(given: string, rules: FileRules): Promise<ListDirectoryResponse> {
  const resolved = await resolvePath(given, rules);
  const held = await holdDirectory(resolved, rules);
  try {
    // Before the names: what comes meanwhile makes a listing that looks older than it is, and is made again.
    const stamp = (await directoryStamp(held.path)) ?? '';
    const found = await someEntries(held.path);
    const entries = await Promise.all(
      found.map(async (entry) => ({
        name: entry.name,
        is_dir:
          entry.isDirectory() ||
          (entry.isSymbolicLink() && (await isDirectory(path.join(held.path, entry.name)))),
      })),
    );
    entries.sort((a, b) => Number(b.is_dir) - Number(a.is_dir) || (a.name < b.name ? -1 : 1));
    return {
      absolute_path: resolved,
      contents: entries.slice(0, limits.directoryEntries),
      truncated: entries.length > limits.directoryEntries,
      stamp,
    };
  } catch (error) {
    throw refusalOf(error, given);
  } finally {
    await held.close();
  }
}

async function someEntries(directory: string): Promise<readonly Dirent[]> {
  const found: Dirent[] = [];
  for await (const entry of await opendir(directory, { bufferSize: 512 })) {
    found.push(entry);
    if (found.length === limits.directoryScan) break;
  }
  return found;
}

async function isDirectory(target: string): Promise<boolean> {
  return stat(target).then(
    (found) => found.isDirectory(),
    () => false,
  );
}

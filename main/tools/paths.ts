import path from 'node:path';
import { err, ok, type Result } from '@shared/util/result.ts';
import type { WorkspaceConnection } from '../workspaces/connection.ts';

/**
 * The agent wants absolute paths. The tools also take paths relative to the workspace's directory, because
 * models write them all the time. `~` is refused: taken literally it would make a directory of that name.
 */
export function resolvePath(
  { directory, platform }: Pick<WorkspaceConnection, 'directory' | 'platform'>,
  given: string,
): Result<string, string> {
  if (given.trim() === '') return err('The path is empty.');
  if (given.includes('\0')) return err('The path contains a NUL byte.');
  if (/^~[^/\\]*([/\\]|$)/.test(given)) {
    return err(`"${given}" starts with ~, which is not expanded: give the absolute path.`);
  }
  return ok((platform === 'win32' ? path.win32 : path.posix).resolve(directory, given));
}

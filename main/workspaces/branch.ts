import nodePath from 'node:path';
import { type AgentCall, type AgentClient, AgentError } from '../agent-client/client.ts';

/** How far above the workspace's directory its repository may begin. */
const MAX_LEVELS = 12;
const MAX_POINTER_BYTES = 4096;

/** The branch that is checked out there, the short commit when detached, null when it is no repository. */
export async function fetchBranch(
  { client, directory, platform }: { client: AgentClient; directory: string; platform: string },
  call: AgentCall,
): Promise<string | null> {
  const paths = platform === 'win32' ? nodePath.win32 : nodePath.posix;
  let at = directory;
  for (let level = 0; level < MAX_LEVELS; level += 1) {
    const dotGit = paths.join(at, '.git');
    const head = await readSmall(client, paths.join(dotGit, 'HEAD'), call);
    if (head !== null) return branchOf(head);
    // In a worktree or submodule `.git` is a file that points to the real directory.
    const pointer = /^gitdir: (.+)$/m.exec((await readSmall(client, dotGit, call)) ?? '')?.[1];
    if (pointer)
      return branchOf(
        (await readSmall(client, paths.join(paths.resolve(at, pointer.trim()), 'HEAD'), call)) ?? '',
      );
    const parent = paths.dirname(at);
    if (parent === at) return null;
    at = parent;
  }
  return null;
}

/** Reads the content of a HEAD file. */
export function branchOf(head: string): string | null {
  const branch = /^ref: refs\/heads\/(.+)$/m.exec(head)?.[1];
  if (branch) return branch.trim();
  return /^([0-9a-f]{40}|[0-9a-f]{64})\s*$/.exec(head) ? head.slice(0, 7) : null;
}

/** Null when there is no such readable file. */
async function readSmall(client: AgentClient, path: string, call: AgentCall): Promise<string | null> {
  try {
    return Buffer.from(await client.readFile(path, { limit: MAX_POINTER_BYTES }, call)).toString('utf8');
  } catch (error) {
    if (error instanceof AgentError) return null;
    throw error;
  }
}

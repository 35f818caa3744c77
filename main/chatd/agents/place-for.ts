import { err, ok, type Result } from '@shared/util/result.ts';
import { AgentError } from '../../agent-client/client.ts';
import type { ToolContext } from '../../tools/define.ts';
import { WorkspaceProblem } from '../../workspaces/connection.ts';
import type { AgentPlace } from '../machine/types.ts';
import type { Worktrees } from './answers.ts';

export interface Wishes {
  readonly edits?: boolean | null | undefined;
  readonly isolation?: 'shared' | 'worktree' | null | undefined;
}

/** A worktree for a sub-agent, null where it works in its parent's workspace, or why it cannot have what was asked for. */
export async function placeFor(
  { edits, isolation }: Wishes,
  title: string,
  { worktrees, context }: { readonly worktrees: Worktrees; readonly context: ToolContext },
): Promise<Result<AgentPlace | null, string>> {
  if (isolation === 'shared' || (!isolation && edits !== true)) return ok(null);
  const lacking = await whatLacks(context);
  if (lacking !== null) return isolation === 'worktree' ? err(lacking) : ok(null);
  const { chatId, key, signal } = context;
  return worktrees.make({ chatId, key, title, signal });
}

/** Why the workspace is no place to branch off; null: it is one. */
async function whatLacks({ connect, chatId, signal }: ToolContext): Promise<string | null> {
  try {
    const { client, directory } = await connect();
    const status = await client.gitStatus(directory, { chatId, signal });
    if (status.kind !== 'status') return 'A worktree needs a git repository, and the workspace is none.';
    if (status.commit === null) return 'A worktree needs a commit, and the repository has none yet.';
    return status.files.length > 0
      ? 'The workspace has changes that are not committed: a worktree would not have them. Commit them, or take isolation "shared".'
      : null;
  } catch (error) {
    signal.throwIfAborted();
    if (error instanceof WorkspaceProblem || error instanceof AgentError) return error.message;
    throw error;
  }
}

import type { OwnerId } from '@shared/model/ids.ts';
import { err, ok } from '@shared/util/result.ts';
import type { Places } from '../../workspaces/registry.ts';
import type { WorkspaceList } from '../../workspaces/workspace-list.ts';
import type { ChatStore } from '../machine/store.ts';
import type { Worktrees } from './answers.ts';

export interface AgentWorktreesDeps {
  readonly store: Pick<ChatStore, 'call'>;
  readonly ownerId: OwnerId;
  readonly makeWorktree: Places['makeWorktree'];
  readonly workspaces: Pick<WorkspaceList, 'find' | 'list' | 'setTrust'>;
}

/** By the built-in templates. They run no script of the repository, so that nobody is asked. */
export function createAgentWorktrees({
  store,
  ownerId,
  workspaces,
  makeWorktree,
}: AgentWorktreesDeps): Worktrees {
  return {
    async make({ chatId, key, title, signal }) {
      const chat = await store.call('loadProcessChat', { chatId, ownerId });
      const from = workspaces.list().find(({ id }) => id === chat?.workspaceId);
      if (!from) return err('The chat has no workspace to make a worktree from.');
      const request = { from: from.id, key: `worktree:${key}`, name: title.toLowerCase(), signal };
      const made = await makeWorktree(request);
      if (!made.ok) return err(made.error.message);
      // It holds what lies in its parent's workspace.
      if (from.trust.answer === 'trusted') await workspaces.setTrust(made.value, 'trusted');
      const record = workspaces.find(made.value)?.record;
      if (!record) return err('The worktree is gone.');
      const branch = record.making?.facts.branch ?? record.name;
      return ok({ workspaceId: record.id, directory: record.directory, branch });
    },
  };
}

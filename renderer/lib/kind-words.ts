import type { WorkspaceKind } from '@shared/model/workspace.ts';

/** What kind of place it is, in a word or two. */
export const KIND_WORDS: Readonly<Record<WorkspaceKind, string>> = {
  local: 'folder on this computer',
  worktree: 'worktree on this computer',
  ssh: 'directory on a host',
  'ssh-clone': 'clone on a host',
  'ssh-worktree': 'worktree on a host',
  container: 'dev container',
};

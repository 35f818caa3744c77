import type { ApprovalMode, WorkspaceKind } from '@shared/model/workspace.ts';

/** Local folders ask first, worktrees and hosts edit freely, containers do all (WORKSPACES, Approvals). */
export function modeFor(kind: WorkspaceKind): ApprovalMode {
  if (kind === 'container') return 'auto';
  return kind === 'local' ? 'ask' : 'edit';
}

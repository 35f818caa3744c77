import type { HostId, WorkspaceId } from './ids.ts';

export type WorkspaceKind = 'local' | 'ssh';
export type ApprovalMode = 'ask' | 'edit' | 'auto';

/** What the person said about a folder; unknown: not asked yet, or nothing there to ask about. */
export type TrustAnswer = 'unknown' | 'trusted' | 'refused';

/** Whether what a folder brings along (instruction files, git hooks) may steer the chats there. */
export interface WorkspaceTrust {
  readonly answer: TrustAnswer;
  /** What was found that would be used: `AGENTS.md`, `git hook pre-commit`. Null: not looked yet. */
  readonly brings: readonly string[] | null;
}

/** The link to the place where a workspace lives. `since` is RFC 3339. */
export type LinkState =
  | { readonly state: 'idle' }
  | { readonly state: 'connecting'; readonly attempt: number }
  | { readonly state: 'up' }
  | {
      readonly state: 'down';
      readonly message: string;
      readonly final: boolean;
      readonly retryAt: string | null;
    };

export interface WorkspaceSummary {
  readonly id: WorkspaceId;
  readonly kind: WorkspaceKind;
  /** The directory's last name. */
  readonly name: string;
  readonly directory: string;
  /** "this computer" or the host's name. */
  readonly host: string;
  readonly hostId: HostId | null;
  readonly mode: ApprovalMode;
  readonly trust: WorkspaceTrust;
  readonly link: LinkState;
  readonly branch: string | null;
}

import type { HostId, TemplateId, WorkspaceId } from './ids.ts';
import type { ScriptName } from './template.ts';

/** How a workspace is reached and what it was made as (WORKSPACES, Workspace kinds). */
export type WorkspaceKind = 'local' | 'worktree' | 'ssh' | 'ssh-clone' | 'ssh-worktree' | 'container';

export const WORKSPACE_KINDS = [
  'local',
  'worktree',
  'ssh',
  'ssh-clone',
  'ssh-worktree',
  'container',
] as const satisfies readonly WorkspaceKind[];

export type WorkspaceState =
  /** Being made. */
  | 'provisioning'
  | 'running'
  /** Its start script brings it back. */
  | 'stopped'
  /** Its machine cannot be reached now; told of one that would be `running`. */
  | 'unreachable'
  /** It was not made, or does not start: see `error`. */
  | 'failed'
  /** Its directory is not there any more. */
  | 'removed';

/** What a person can ask of a workspace now. */
export type WorkspaceAction =
  | 'cancel'
  /** Making it once more: it failed. */
  | 'retry'
  | 'start'
  | 'stop'
  | 'remove';

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

/** What a workspace was made from; the template may be gone. */
export interface WorkspaceOrigin {
  /** Its name as people read it. */
  readonly template: string;
  /** A person in the window, or an agent by a tool. */
  readonly by: 'person' | 'agent';
  readonly repository: string | null;
  /** The branch that was made with it. */
  readonly branch: string | null;
  /** As it was asked for: `main`, `HEAD`. */
  readonly base: string | null;
  /** The commit that this was. */
  readonly baseCommit: string | null;
  /** RFC 3339. */
  readonly createdAt: string;
}

export interface WorkspaceSummary {
  readonly id: WorkspaceId;
  readonly kind: WorkspaceKind;
  /** The directory's last name, or the one that it was made with. */
  readonly name: string;
  /** Absolute; one that is being made may still begin with `~/`. */
  readonly directory: string;
  /** "this computer" or the host's name. */
  readonly host: string;
  readonly hostId: HostId | null;
  readonly mode: ApprovalMode;
  readonly trust: WorkspaceTrust;
  readonly link: LinkState;
  readonly branch: string | null;
  readonly state: WorkspaceState;
  /** The script that runs now. */
  readonly script: ScriptName | null;
  /** Why it is `failed`, with the last lines of its script; or what the last script said when it did not work. */
  readonly error: string | null;
  /** The template that it was made from, which may be gone. */
  readonly templateId: TemplateId | null;
  /** Gaffer made its directory, so that removing it deletes that; otherwise it is only forgotten. */
  readonly made: boolean;
  /** Null: a directory that was opened. */
  readonly origin: WorkspaceOrigin | null;
  readonly actions: readonly WorkspaceAction[];
}

/** A commit or a process as a list shows it; lists are cut, `count` is of all. */
export interface Found<T> {
  readonly count: number;
  readonly first: readonly T[];
}

export interface FoundCommit {
  readonly hash: string;
  readonly subject: string;
}

/** What would be lost with a workspace. */
export interface RemovalFindings {
  /** Deletes this directory; null: Gaffer did not make it, so that it stays. */
  readonly directory: string | null;
  /** The branch that was made with it. It is deleted when nothing on it would be lost, or by force. */
  readonly branch: string | null;
  /** Paths with changes that are in no commit, also untracked ones and those in stashes of this worktree. */
  readonly uncommitted: Found<string>;
  /** Commits that no remote has. */
  readonly unpushed: Found<FoundCommit>;
  /** Commits that nothing else has: no other branch, no tag, no remote. */
  readonly unmerged: Found<FoundCommit>;
  /** Commands that run there, as they were started. */
  readonly processes: Found<string>;
  /** Why it could not be looked at as a whole: its machine, a damaged repository. Asks for force like the others. */
  readonly unknown: string | null;
}

export type WorkspaceRemoval =
  /** `kept`: the branch that was not deleted, since it holds what nothing else has. */
  | { readonly kind: 'removed'; readonly kept: string | null }
  /** Nothing was touched: that would be lost. */
  | { readonly kind: 'refused'; readonly findings: RemovalFindings };

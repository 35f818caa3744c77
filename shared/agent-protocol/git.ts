/** Why there is nothing to answer with. */
export type GitAbsent =
  /** The path is in no repository. */
  | { readonly kind: 'none' }
  /** There is no working tree: the repository is bare, or the path is inside `.git`. */
  | { readonly kind: 'bare'; readonly git_dir: string }
  /** It belongs to somebody else, and git refuses to touch it. */
  | { readonly kind: 'unsafe'; readonly root: string }
  /** The program is not there. */
  | { readonly kind: 'no-git' };

/** GET /git/status?path= */
export type GitStatusResponse = GitAbsent | GitStatus;

export interface GitStatus {
  readonly kind: 'status';
  /** The top of the working tree; the files' paths are below it. */
  readonly root: string;
  /** What is checked out; null: HEAD is detached. */
  readonly branch: string | null;
  /** Null: there is no commit yet. */
  readonly commit: string | null;
  readonly upstream: {
    readonly name: string;
    /** Null: it is gone. */
    readonly ahead: number | null;
    readonly behind: number | null;
  } | null;
  readonly operation: GitOperation | null;
  readonly files: readonly GitFile[];
  /** There are more. */
  readonly truncated: boolean;
}

/** What git is in the middle of. */
export type GitOperation = 'merge' | 'rebase' | 'cherry-pick' | 'revert' | 'bisect';

export type GitChange =
  | 'same'
  | 'modified'
  | 'type-changed'
  | 'added'
  | 'deleted'
  | 'renamed'
  | 'copied'
  | 'unmerged'
  | 'untracked';

export interface GitFile {
  readonly path: string;
  /** Where it was renamed or copied from. */
  readonly from: string | null;
  /** Between the commit and the index. */
  readonly index: GitChange;
  /** Between the index and the working tree. */
  readonly worktree: GitChange;
  /** Of a submodule only its commit counts: what happens inside is its own status. */
  readonly submodule: boolean;
}

/** GET /git/diff: the working tree against `base`, with what is not tracked yet. */
export interface GitDiffQuery {
  readonly path: string;
  /** A commit or a tree, by any name that git knows; default: HEAD. */
  readonly base?: string;
  /** Since the branch left `base`, instead of `base` itself. */
  readonly merge_base?: boolean;
  /** Lines around each change; at most 1,000. Default 3. */
  readonly context?: number;
  /** Only these, relative to the root. */
  readonly files?: readonly string[];
  /** Before the diff a line of each file, as `--raw` and then `--numstat` print them: they name what is cut off, too. */
  readonly summary?: boolean;
}

export type GitDiffResponse =
  | GitAbsent
  /** There is no such commit, or no commit that both have in common. */
  | { readonly kind: 'unknown-base' }
  | {
      readonly kind: 'diff';
      readonly root: string;
      /** The id of what it was compared with; that of the empty tree where there is no commit yet. */
      readonly base: string;
      /** Unified, as git prints it; cut after a whole line. */
      readonly diff: string;
      /** It is cut: there is more than `limits.gitDiff`. */
      readonly truncated: boolean;
    };

/** POST /git/snapshot, keyed: the working tree as a tree of git, kept by a private ref. Nothing else changes. */
export interface GitSnapshotRequest {
  readonly path: string;
  /** Letters, digits, `.`, `_`, `-`, in parts of `/`; the same name is moved. */
  readonly name: string;
}

export type GitSnapshotResponse =
  | GitAbsent
  | {
      readonly kind: 'snapshot';
      readonly root: string;
      readonly tree: string;
      /** `refs/gaffer/<name>` */
      readonly ref: string;
      /** Some files could not be read and are as they were in the index, or not at all. */
      readonly incomplete: boolean;
    };

/** GET /git/ignored?path=: which names in this directory git leaves out. */
export type GitIgnoredResponse =
  | GitAbsent
  | { readonly kind: 'ignored'; readonly names: readonly string[] };

/** GET /git/head?path=: what is checked out, and how much it changes since it left `base`. */
export type GitHeadResponse =
  | GitAbsent
  | {
      readonly kind: 'head';
      readonly root: string;
      /** Null: HEAD is detached. */
      readonly branch: string | null;
      /** Of the remote `origin`, without passwords; null: there is none. */
      readonly origin: string | null;
      /** The ref that others start from; null: none is known, and the counts are those since HEAD. */
      readonly base: string | null;
      readonly additions: number;
      readonly deletions: number;
      readonly changed_files: number;
    };

import type { CredentialsEvent } from './credentials.ts';
import type { ProcessInfo } from './index.ts';

/**
 * POST /events, because many directories are named in one: server-sent events, each `data:` one AgentEvent. A subscription begins with the present state of all that it names, so whoever lost one subscribes again
 * and has missed nothing. A client that does not read gets the last state of each when it does: what lies in between
 * is never queued. Comments come every 15 s.
 */
export interface EventsRequest {
  /** Of the chat of the header; without one: of all chats. */
  readonly processes?: boolean;
  /** Absolute paths; not what is below their directories. At most `limits.watchedDirectories`. */
  readonly directories?: readonly string[];
  /** Absolute paths in repositories. At most `limits.watchedRepositories`. */
  readonly repositories?: readonly string[];
  /** Absolute paths in repositories, whose working trees are followed. At most `limits.watchedWorktrees`. */
  readonly worktrees?: readonly string[];
  /** What git waits for, of all chats. */
  readonly credentials?: boolean;
}

export type AgentEvent =
  /** As GET /processes/list: one was started or ended. */
  | { readonly type: 'processes'; readonly processes: readonly ProcessInfo[] }
  /** The spool of a process holds so many bytes now. */
  | { readonly type: 'output'; readonly id: string; readonly total: number }
  | DirectoryEvent
  | RepositoryEvent
  | CredentialsEvent
  | WorktreeEvent;

export interface DirectoryEvent {
  readonly type: 'directory';
  /** As it was asked for. */
  readonly path: string;
  readonly state: 'present' | 'missing' | 'refused';
  /** Where it lies after resolving symlinks; null where that cannot be told. */
  readonly real_path: string | null;
  /** As in POST /list-directory: a listing of the same stamp has the same names. Empty when there is none. */
  readonly stamp: string;
  /** A name may have come or gone. */
  readonly entries: boolean;
  /** What was written to or touched; null: it may be anything. */
  readonly names: readonly string[] | null;
}

export interface RepositoryEvent {
  readonly type: 'repository';
  /** As it was asked for. */
  readonly path: string;
  /** Null: it is in no repository. */
  readonly repository: RepositoryState | null;
}

export interface RepositoryState {
  /** The top of the working tree; null: there is none, the repository is bare or the path is inside `.git`. */
  readonly root: string | null;
  /** What is checked out; null when HEAD is detached. It may have no commit yet. */
  readonly branch: string | null;
  /** The commit of a detached HEAD. */
  readonly commit: string | null;
  /** Another one whenever HEAD, the index or a ref may have changed. */
  readonly stamp: string;
}

/** A file in the working tree may have changed, but for what git ignores. */
export interface WorktreeEvent {
  readonly type: 'worktree';
  /** As it was asked for. */
  readonly path: string;
  /** False: it has too many directories, and not all of them are followed. */
  readonly whole: boolean;
}

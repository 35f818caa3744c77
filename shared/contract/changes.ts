import { z } from 'zod';
import { call, feed, is } from './define.ts';
import * as s from './schemas.ts';

/** What the working tree is compared with. */
export type ChangesBase =
  /** The last commit. */
  | { readonly kind: 'head' }
  /** Where the branch left the default one. */
  | { readonly kind: 'branch-point' }
  /** A commit by any name that git knows. */
  | { readonly kind: 'named'; readonly name: string };

export type FileStatus =
  | 'added'
  | 'untracked'
  | 'deleted'
  | 'modified'
  | 'renamed'
  | 'copied'
  | 'type-changed'
  | 'unmerged';

export interface ChangedFile {
  /** Below the root, with forward slashes. */
  readonly path: string;
  /** Where it was renamed or copied from. */
  readonly from: string | null;
  readonly status: FileStatus;
  readonly added: number;
  readonly removed: number;
  readonly binary: boolean;
  readonly submodule: boolean;
  /** Another one whenever its diff is. */
  readonly stamp: string;
}

export interface ChangeList {
  readonly kind: 'changes';
  /** The top of the working tree on its machine. */
  readonly root: string;
  readonly base: {
    /** A commit or a tree. */
    readonly id: string;
    /** The branch whose branch point it is; null: it is what was asked for. */
    readonly branch: string | null;
  };
  /** By path; at most 2,000. */
  readonly files: readonly ChangedFile[];
  /** So many are not listed. */
  readonly more: number;
  /** There are still more, and nobody counted them. */
  readonly uncounted: boolean;
  /** Not all of its directories are followed: some changes are seen late. */
  readonly whole: boolean;
}

export type Changes =
  | ChangeList
  | { readonly kind: 'none' }
  | { readonly kind: 'bare' }
  | { readonly kind: 'unsafe'; readonly root: string }
  | { readonly kind: 'no-git' }
  | { readonly kind: 'unknown-base' }
  /** Git, or the machine, could not tell. */
  | { readonly kind: 'failed'; readonly message: string };

export interface DiffHunk {
  readonly oldStart: number;
  readonly newStart: number;
  /** What git thinks it is in. */
  readonly heading: string;
  /** Each begins with ` `, `-` or `+`; one with a backslash says that the line before it ends without a line feed. */
  readonly lines: readonly string[];
}

export interface FileDiff {
  readonly hunks: readonly DiffHunk[];
  readonly binary: boolean;
  /** As git writes them: 100644, 100755, 120000 for a link, 160000 for a submodule; null: there is none, or both are one. */
  readonly oldMode: string | null;
  readonly newMode: string | null;
  /** There is more than fits. */
  readonly truncated: boolean;
}

const base = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('head') }),
  z.object({ kind: z.literal('branch-point') }),
  z.object({ kind: z.literal('named'), name: z.string().max(256) }),
]);

const path = z.string().min(1).max(4096);

/** What differs in a workspace's working tree. */
export const changesContract = {
  /** Begins with the present state; another one follows whenever it is another. Waits while the machine is away. */
  'changes.watch': feed({
    input: z.object({ workspaceId: s.workspaceId, base }),
    event: is<Changes>(),
  }),
  /** One file against what the list was compared with. */
  'changes.diff': call({
    input: z.object({
      workspaceId: s.workspaceId,
      base: z.string().regex(/^[0-9a-f]{40,64}$/),
      path,
      from: path.nullable(),
      /** Unchanged lines around each change. */
      context: z.number().int().min(0).max(1_000),
    }),
    output: is<FileDiff>(),
    errors: ['not-found', 'not-readable', 'outside', 'unreachable'],
  }),
};

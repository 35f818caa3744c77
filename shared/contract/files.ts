import { z } from 'zod';
import { call, feed, is } from './define.ts';
import * as s from './schemas.ts';

export interface FileEntry {
  readonly name: string;
  readonly kind: 'file' | 'directory';
  /** Git leaves it out. */
  readonly ignored: boolean;
}

export interface DirectoryListing {
  /** Directories first, then by name; at most 2,000. */
  readonly entries: readonly FileEntry[];
  readonly truncated: boolean;
  /** Another one when a name has come or gone since. */
  readonly stamp: string;
}

export type FileContent =
  | { readonly kind: 'text'; readonly text: string }
  | { readonly kind: 'image'; readonly type: string; readonly base64: string }
  | { readonly kind: 'binary'; readonly size: number }
  | { readonly kind: 'too-large'; readonly size: number; readonly limit: number }
  /** A device, a pipe, a socket. */
  | { readonly kind: 'special' };

export interface FoundFiles {
  /** The one that was changed last first; at most 200. */
  readonly paths: readonly string[];
  /** Why there may be more: so many are not listed, or it took too long. */
  readonly cut: 'count' | 'time' | null;
}

/** Something happened in a directory that is followed. */
export interface FilesEvent {
  readonly path: string;
  readonly state: 'present' | 'missing' | 'refused';
  readonly stamp: string;
  /** A name may have come or gone. */
  readonly entries: boolean;
  /** What was written to or touched; null: it may be anything. */
  readonly names: readonly string[] | null;
}

/** Below the workspace's directory, with forward slashes; empty: the directory itself. */
const path = z
  .string()
  .max(4096)
  .refine(
    (given) =>
      given === '' ||
      given.split('/').every((name) => !['', '.', '..'].includes(name) && !name.includes('\0')),
    'This is no path inside the workspace.',
  );

/** What the window shows of a workspace's files. Links that lead out of its directory are not followed. */
export const filesContract = {
  'files.list': call({
    input: z.object({ workspaceId: s.workspaceId, path }),
    output: is<DirectoryListing>(),
    errors: ['not-found', 'not-readable', 'outside', 'unreachable'],
  }),
  'files.read': call({
    input: z.object({ workspaceId: s.workspaceId, path }),
    output: is<FileContent>(),
    errors: ['not-found', 'not-readable', 'outside', 'unreachable'],
  }),
  /** Files whose path holds the text, but for those that git ignores. */
  'files.find': call({
    input: z.object({ workspaceId: s.workspaceId, text: z.string().max(200) }),
    output: is<FoundFiles>(),
    errors: ['not-found', 'not-readable', 'outside', 'unreachable'],
  }),
  /** Begins with the present state of each; waits while the machine cannot be reached. */
  'files.watch': feed({
    input: z.object({ workspaceId: s.workspaceId, paths: z.array(path).min(1).max(100) }),
    event: is<FilesEvent>(),
  }),
};

import { z } from 'zod';
import type { WorkspaceId } from '../model/ids.ts';
import type { WorkspaceSummary } from '../model/workspace.ts';
import { call, feed, is } from './define.ts';
import * as s from './schemas.ts';

/** Bytes of a process's spool, decoded leniently. `next` is the cursor to go on from. */
export type ProcessOutputEvent =
  /** `skipped`: bytes between the cursor asked for and the first byte here, which are no longer kept. */
  | { readonly type: 'output'; readonly text: string; readonly next: number; readonly skipped: number }
  | { readonly type: 'exit'; readonly exitCode: number | null };

export const workspacesContract = {
  /** All workspaces, again whenever one of them or its link changes. */
  'workspaces.watch': feed({ input: z.object({}), event: is<readonly WorkspaceSummary[]>() }),
  /** Opens a folder on this computer; the same folder is the same workspace. */
  'workspaces.openFolder': call({
    input: z.object({ path: z.string().min(1).max(4096) }),
    output: is<{ workspaceId: WorkspaceId }>(),
    errors: ['not-a-folder', 'not-readable', 'not-found'],
  }),
  /** Shows the system's folder dialog; null when it was cancelled. */
  'workspaces.pickFolder': call({
    input: z.object({}),
    output: is<{ path: string | null }>(),
  }),
  'workspaces.openSsh': call({
    input: z.object({
      /** `user@host`, `user@host:port` or `host`. */
      target: z.string().trim().min(1).max(300),
      directory: z.string().min(1).max(4096),
      /** Path of a private key; absent: the ssh-agent. */
      identityFile: z.string().max(4096).optional(),
    }),
    output: is<{ workspaceId: WorkspaceId }>(),
    errors: ['bad-target', 'unreachable', 'host-key', 'auth', 'not-a-folder', 'agent', 'cancelled'],
  }),
  'workspaces.setMode': call({
    input: z.object({ workspaceId: s.workspaceId, mode: z.enum(['ask', 'edit', 'auto']) }),
    output: is<null>(),
    errors: ['not-found'],
  }),
  /** Whether what the folder brings along may steer the chats there. */
  'workspaces.setTrust': call({
    input: z.object({ workspaceId: s.workspaceId, trust: z.enum(['trusted', 'refused']) }),
    output: is<null>(),
    errors: ['not-found'],
  }),
  /** Starts reconnecting a host now instead of at its next turn. */
  'workspaces.reconnect': call({
    input: z.object({ workspaceId: s.workspaceId }),
    output: is<null>(),
    errors: ['not-found'],
  }),
  /** A process of a chat, read from its spool on the workspace's machine. */
  'process.output': feed({
    input: z.object({
      chatId: s.chatId,
      processId: z.string().min(1).max(100),
      /** Byte cursor; negative: that many bytes before the end. */
      after: z.number().int().default(0),
    }),
    event: is<ProcessOutputEvent>(),
  }),
};

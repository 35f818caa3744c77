import { z } from 'zod';
import type { WorkspaceId } from '../model/ids.ts';
import type { ScriptName } from '../model/template.ts';
import type { RemovalFindings, WorkspaceRemoval, WorkspaceSummary } from '../model/workspace.ts';
import { call, feed, is } from './define.ts';
import * as s from './schemas.ts';

/** Bytes of a process's spool, decoded leniently. `next` is the cursor to go on from. */
export type ProcessOutputEvent =
  /** `skipped`: bytes between the cursor asked for and the first byte here, which are no longer kept. */
  | { readonly type: 'output'; readonly text: string; readonly next: number; readonly skipped: number }
  | { readonly type: 'exit'; readonly exitCode: number | null };

/** What the scripts of a workspace print, one after another: `script` begins the next one. */
export type WorkspaceLogEvent =
  | {
      readonly type: 'script';
      readonly script: ScriptName;
      /** Of the process that runs it. */
      readonly processId: string;
      /** RFC 3339. */
      readonly startedAt: string;
    }
  | ProcessOutputEvent;

const mode = z.enum(['ask', 'edit', 'auto']);

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
    input: z.object({ workspaceId: s.workspaceId, mode }),
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
  /**
   * Makes a workspace from a template and answers at once: it is in the list, as `provisioning`. `message` names the
   * parameter that is wrong. `hostId`: null on this computer.
   */
  'workspaces.create': call({
    input: z.object({
      templateId: s.templateId,
      /** Absent: from the template's name. */
      name: z.string().trim().max(100).optional(),
      parameters: z.record(z.string().max(100), z.string().max(10_000)),
      hostId: s.hostId.nullable(),
      /** Absent: as the kind has it. */
      mode: mode.optional(),
    }),
    output: is<{ workspaceId: WorkspaceId }>(),
    errors: ['no-template', 'no-host', 'bad-parameter'],
  }),
  /** Gives up making it: what was made so far is deleted. */
  'workspaces.cancel': call({
    input: z.object({ workspaceId: s.workspaceId }),
    output: is<null>(),
    errors: ['not-found', 'not-now'],
  }),
  /** Makes one that failed once more, in the same place, from its template as it is now. */
  'workspaces.retry': call({
    input: z.object({ workspaceId: s.workspaceId }),
    output: is<null>(),
    errors: ['not-found', 'not-now'],
  }),
  /** Answers when the script has begun. */
  'workspaces.start': call({
    input: z.object({ workspaceId: s.workspaceId }),
    output: is<null>(),
    errors: ['not-found', 'not-now'],
  }),
  'workspaces.stop': call({
    input: z.object({ workspaceId: s.workspaceId }),
    output: is<null>(),
    errors: ['not-found', 'not-now'],
  }),
  /** What would be lost with it. */
  'workspaces.inspectRemoval': call({
    input: z.object({ workspaceId: s.workspaceId }),
    output: is<RemovalFindings>(),
    errors: ['not-found', 'not-now', 'unreachable'],
  }),
  /**
   * Removes it, and the directory if Gaffer made that. Without `force` nothing that would be lost is touched: the answer
   * is then `refused`. `failed`: the remove script did not work; `detail` holds its last lines.
   */
  'workspaces.remove': call({
    input: z.object({ workspaceId: s.workspaceId, force: z.boolean() }),
    output: is<WorkspaceRemoval>(),
    errors: ['not-found', 'not-now', 'unreachable', 'failed'],
  }),
  /** What its scripts print: the last one from its start (the last MiB of it) or from `from` on, then later ones. */
  'workspaces.log': feed({
    input: z.object({
      workspaceId: s.workspaceId,
      from: z.object({ processId: z.string().min(1).max(100), after: z.number().int() }).optional(),
    }),
    event: is<WorkspaceLogEvent>(),
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

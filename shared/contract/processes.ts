import { z } from 'zod';
import { call, feed, is } from './define.ts';
import * as s from './schemas.ts';

/** A command that a chat has started on its workspace's machine. */
export interface ChatProcess {
  readonly id: string;
  readonly command: string;
  readonly directory: string;
  /** The chat does not wait for it. */
  readonly background: boolean;
  readonly running: boolean;
  /** Null while it runs; -1: killed by a signal, or not known. */
  readonly exitCode: number | null;
  /** RFC 3339. */
  readonly startedAt: string;
  readonly endedAt: string | null;
  /** Of output, so far. */
  readonly bytes: number;
}

export const processesContract = {
  /**
   * The chat's processes, and again whenever something about them changed: running ones first, then the newest; at
   * most 10, and none that ended more than 5 minutes ago. Waits while the machine cannot be reached.
   */
  'processes.watch': feed({
    input: z.object({ chatId: s.chatId }),
    event: is<readonly ChatProcess[]>(),
  }),
  /** Of the whole process group. One that has ended already is no error. */
  'process.signal': call({
    input: z.object({
      chatId: s.chatId,
      processId: z.string().min(1).max(100),
      signal: z.enum(['terminate', 'kill']),
    }),
    output: is<null>(),
    errors: ['not-found', 'unreachable'],
  }),
};

import { z } from 'zod';
import type { TerminalState, TerminalSummary } from '../model/terminal.ts';
import { call, feed, is } from './define.ts';
import * as s from './schemas.ts';

export type TerminalEvent =
  /** First of all. What stands before this byte was written before somebody looked: its questions are answered already. */
  | { readonly type: 'attached'; readonly total: number }
  /** `next` is the cursor to go on from; `skipped`: bytes before these that are no longer kept. */
  | { readonly type: 'output'; readonly bytes: Uint8Array; readonly next: number; readonly skipped: number }
  | {
      readonly type: 'end';
      readonly state: Exclude<TerminalState, 'running'>;
      readonly exitCode: number | null;
    };

/** What may be said to every call of a terminal. */
const REFUSALS = [
  'not-found',
  'unreachable',
  'no-terminal',
  'too-many',
  'not-a-folder',
  'ended',
  'busy',
] as const;
export type TerminalRefusalCode = (typeof REFUSALS)[number];

const INPUT_BYTES = 1024 * 1024;
const cells = z.number().int().min(1).max(1000);
const size = { cols: cells, rows: cells };
const one = { workspaceId: s.workspaceId, terminalId: s.terminalId };

export const terminalsContract = {
  /** The terminals of a workspace, oldest first, again whenever one of them changes. */
  'terminals.watch': feed({
    input: z.object({ workspaceId: s.workspaceId }),
    event: is<readonly TerminalSummary[]>(),
  }),
  /** Under an id of the window's choice. */
  'terminal.open': call({
    input: z.object({
      ...one,
      ...size,
      /** Where its shell starts, absolute or below the workspace's directory; absent: there. */
      directory: z.string().min(1).max(4096).optional(),
    }),
    output: is<null>(),
    errors: REFUSALS,
  }),
  /** What a terminal writes, from a byte on. */
  'terminal.output': feed({
    input: z.object({ ...one, after: z.number().int().min(0).default(0) }),
    event: is<TerminalEvent>(),
  }),
  /** Typed in the order of the calls, each once. Answers when the terminal's machine has it. */
  'terminal.input': call({
    input: z.object({
      ...one,
      bytes: z.instanceof(Uint8Array).refine((bytes) => bytes.length > 0 && bytes.length <= INPUT_BYTES, {
        message: 'This is too much to type at once.',
      }),
    }),
    output: is<null>(),
    errors: REFUSALS,
  }),
  'terminal.resize': call({ input: z.object({ ...one, ...size }), output: is<null>(), errors: REFUSALS }),
  /** Ends what runs in it, and forgets it. */
  'terminal.close': call({ input: z.object(one), output: is<null>(), errors: REFUSALS }),
};

import type { Call } from './script.ts';

/** How far the chats of a round were at one moment. */
export interface Moment {
  /** Calls that each script had made, by its token. */
  readonly made: ReadonlyMap<string, number>;
  /** Marks of the commands that had begun on the host. */
  readonly begun: ReadonlySet<string>;
}

/** What calls may be told instead of a result that left between two moments. */
export interface Excuse {
  readonly words: RegExp;
  /** Also a command that had begun before. */
  readonly running: boolean;
  readonly from: Moment;
  readonly until: Moment;
}

export interface Failed {
  readonly token: string;
  readonly call: Call;
  /** Its place in the script. */
  readonly at: number;
  readonly failure: string;
}

export function isExcused(
  { words, running, from, until }: Excuse,
  { token, call, at, failure }: Failed,
): boolean {
  if (!words.test(failure)) return false;
  const isCommand = call.tool === 'execute' || call.tool === 'append';
  if (!running && isCommand && from.begun.has(call.mark)) return false;
  // The last one that was made may have left a moment later; those before it have their results.
  return at >= (from.made.get(token) ?? 0) - 1 && at < (until.made.get(token) ?? 0);
}

/** What a call is told that builds on one that failed. */
export const FOLLOWS = /search string not found|no such file|no process none/i;

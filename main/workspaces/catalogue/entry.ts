import type { Word } from '../shell/command.ts';

/** What a call of a program of the list looks at. */
export interface Touched {
  /** As they are written: a read outside the working directory asks. */
  readonly paths: readonly string[];
  /** It looks at the directory that it runs in, which must be the workspace's own. */
  readonly atTop?: true;
}

/**
 * A program, with its subcommand, that runs no other program and writes nothing, as long as it is called with what
 * `judge` knows. What is not known is not covered, so an option that a later version brings asks.
 */
export interface Entry {
  /** "git status": what the rule says, and what the command begins with. */
  readonly name: string;
  /** Why it may be on the list. */
  readonly why: string;
  /** Null: not in this way. `args` come after the name. */
  judge(args: readonly Word[], workdir: string): Touched | null;
}

export const NOTHING: Touched = { paths: [] };

/** Every word as text; null when one of them is not written out. */
export function literals(words: readonly Word[]): readonly string[] | null {
  const texts = words.flatMap((word) => (word.kind === 'literal' ? [word.text] : []));
  return texts.length === words.length ? texts : null;
}

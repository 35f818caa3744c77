import type { SimpleCommand } from '../shell/command.ts';
import type { Entry, Touched } from './entry.ts';
import { findEntry } from './find.ts';
import { gitEntries } from './git.ts';
import { readerEntries } from './readers.ts';
import { smallEntries } from './small.ts';

/** Programs that a rule may name. Each says why it is on the list, and knows its harmless ways to be called. */
export const catalogue: readonly Entry[] = [...gitEntries, ...readerEntries, findEntry, ...smallEntries];

export interface Covered extends Touched {
  /** The rule that lets it through: "git status". */
  readonly name: string;
}

/** The entry that covers a call; null when none does in this way. */
export function coverOf(command: SimpleCommand, workdir: string): Covered | null {
  for (const { name, judge } of catalogue) {
    const [program, ...subcommand] = name.split(' ');
    if (program !== command.name) continue;
    const isIt = subcommand.every((word, at) => {
      const arg = command.args[at];
      return arg?.kind === 'literal' && arg.text === word;
    });
    const touched = isIt ? judge(command.args.slice(subcommand.length), workdir) : null;
    if (touched) return { name, ...touched };
  }
  return null;
}

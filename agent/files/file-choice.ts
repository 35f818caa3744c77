import { badRequest } from '../base/refusal.ts';
import { expandBraces, type Glob, globMatches, parseGlob } from './glob-pattern.ts';

/** Which files of a tree are wanted, as a request says it. Plain data: it goes to another thread. */
export interface FileChoice {
  /** None: every file. A glob that matches a directory stands for all that is in it. */
  readonly include: readonly ChosenGlob[];
  readonly exclude: readonly ChosenGlob[];
  readonly ignoreCase: boolean;
  /** Also names that begin with a dot; never `.git`. */
  readonly hidden: boolean;
  /** Also what a `.gitignore` leaves out. */
  readonly ignored: boolean;
}

interface ChosenGlob {
  readonly glob: Glob;
  readonly directoriesOnly: boolean;
}

const MOST_GLOBS = 64;
const MOST_GLOB_BYTES = 1_024;

/** Braces are taken apart: each way through them is a glob of its own. */
export function chooseGlobs(patterns: readonly string[], ignoreCase: boolean): readonly ChosenGlob[] {
  const expanded = patterns.flatMap((pattern) => {
    if (Buffer.byteLength(pattern) > MOST_GLOB_BYTES) throw badRequest('a glob is too long');
    const ways = expandBraces(pattern, MOST_GLOBS);
    if (ways === null) throw badRequest(`this glob has a brace too many: ${pattern}`);
    return ways;
  });
  if (expanded.length > MOST_GLOBS) throw badRequest(`more than ${MOST_GLOBS} globs`);
  return expanded.map((pattern) => {
    const glob = /^[!#]/.test(pattern) ? null : parseGlob(ignoreCase ? pattern.toLowerCase() : pattern);
    if (glob === null) throw badRequest(`this is no glob: ${pattern}`);
    return { glob, directoriesOnly: pattern.endsWith('/') };
  });
}

/** Of a directory: whether anything in it is looked at. */
export function isPassedOver(choice: FileChoice, names: readonly string[], isDirectory: boolean): boolean {
  const name = names.at(-1) ?? '';
  if (name === '.git' || (!choice.hidden && name.startsWith('.'))) return true;
  const cased = inCase(choice, names);
  return choice.exclude.some((chosen) => matches(chosen, cased, isDirectory));
}

export function isIncluded(choice: FileChoice, names: readonly string[]): boolean {
  if (choice.include.length === 0) return true;
  const cased = inCase(choice, names);
  return choice.include.some((chosen) =>
    cased.some((_, at) => matches(chosen, cased.slice(0, at + 1), at + 1 < cased.length)),
  );
}

function matches({ glob, directoriesOnly }: ChosenGlob, names: readonly string[], isDirectory: boolean) {
  return (isDirectory || !directoriesOnly) && globMatches(glob, names);
}

function inCase({ ignoreCase }: FileChoice, names: readonly string[]): readonly string[] {
  return ignoreCase ? names.map((name) => name.toLowerCase()) : names;
}

import type { Word } from '../shell/command.ts';
import type { Touched } from './entry.ts';

/** How a program is called, as lists of words with blanks between them. Long options are never abbreviated. */
export interface Options {
  readonly flags?: string;
  /** Options with a value: attached, after `=`, or as the next word. */
  readonly values?: string;
  /** Long options that may have a value after `=`. */
  readonly optional?: string;
  /** A number as an option: -5. */
  readonly digits?: true;
  readonly operands: 'none' | 'texts' | 'paths' | 'text-then-paths';
  /** Options with which the first operand is a path, too. */
  readonly noText?: string;
  readonly atTop?: true;
}

interface Reading {
  readonly operands: Word[];
  readonly seen: Set<string>;
}

/** What a call with these words looks at; null when one of them is not known, or may be an option in disguise. */
export function judgeOptions(options: Options): (words: readonly Word[]) => Touched | null {
  const known = {
    flags: setOf(options.flags),
    values: setOf(options.values),
    optional: setOf(options.optional),
    digits: options.digits ?? false,
  };
  const noText = setOf(options.noText);
  return (words) => {
    const read = readOptions(known, words);
    if (read === null) return null;
    const isText =
      options.operands === 'text-then-paths' && ![...noText].some((name) => read.seen.has(name));
    const paths = pathsAmong(options.operands, isText, read.operands);
    if (paths === null) return null;
    return options.atTop ? { paths, atTop: true } : { paths };
  };
}

function pathsAmong(
  kind: Options['operands'],
  isText: boolean,
  operands: readonly Word[],
): readonly string[] | null {
  if (kind === 'none') return operands.length === 0 ? [] : null;
  if (kind === 'texts') return [];
  const paths: string[] = [];
  for (const word of isText ? operands.slice(1) : operands) {
    if (word.kind === 'literal') paths.push(word.text);
    // A pipe from a command that was looked at, too.
    else if (word.kind !== 'value' || word.prefix !== '/dev/fd/') return null;
  }
  return paths.filter((path) => path !== '-' && path !== '/dev/null');
}

interface Known {
  readonly flags: ReadonlySet<string>;
  readonly values: ReadonlySet<string>;
  readonly optional: ReadonlySet<string>;
  readonly digits: boolean;
}

function readOptions(known: Known, words: readonly Word[]): Reading | null {
  const reading: Reading = { operands: [], seen: new Set() };
  const queue = [...words];
  for (let word = queue.shift(); word; word = queue.shift()) {
    if (word.kind === 'open') return null;
    const text = word.kind === 'literal' ? word.text : word.prefix;
    if (word.kind === 'literal' && text === '--') {
      reading.operands.push(...queue);
      return queue.some((one) => one.kind === 'open') ? null : reading;
    }
    if (word.kind === 'value' && text === '') return null;
    if (!text.startsWith('-') || text === '-') reading.operands.push(word);
    else if (!readOption(known, reading.seen, word, queue)) return null;
  }
  return reading;
}

/** One word that begins with a dash. */
function readOption(
  known: Known,
  seen: Set<string>,
  word: Exclude<Word, { kind: 'open' }>,
  queue: Word[],
): boolean {
  const isWhole = word.kind === 'literal';
  const text = word.kind === 'literal' ? word.text : word.prefix;
  const long = /^(--[a-z][a-z0-9-]*)(=?)/.exec(text);
  if (long) {
    const [all, name = '', equals] = long;
    seen.add(name);
    if (equals === '=') return known.values.has(name) || known.optional.has(name);
    if (!isWhole || all !== text) return false;
    return (
      known.flags.has(name) || known.optional.has(name) || (known.values.has(name) && takeValue(queue))
    );
  }
  if (!isWhole) return false;
  if (known.digits && /^-\d+$/.test(text)) return true;
  for (let at = 1; at < text.length; at++) {
    const name = `-${text.charAt(at)}`;
    seen.add(name);
    if (known.values.has(name)) return at < text.length - 1 || takeValue(queue);
    if (!known.flags.has(name)) return false;
  }
  return true;
}

/** The value of an option in the next word. One with a dash may be an option for another version of the program. */
function takeValue(queue: Word[]): boolean {
  const value = queue.shift();
  return value?.kind === 'literal' && !value.text.startsWith('-');
}

function setOf(words = ''): ReadonlySet<string> {
  return new Set(words.split(/\s+/).filter((word) => word !== ''));
}

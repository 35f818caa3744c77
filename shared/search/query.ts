import { dayOf } from './days.ts';
import { wordsOf } from './words.ts';

/** One word, or several that stand one behind the other. */
export interface Term {
  readonly words: readonly string[];
  /** In quotes: the last word is meant whole. Else it may go on, from three letters. */
  readonly exact: boolean;
  readonly not: boolean;
}

/** The words of the window for what a chat is at. */
export const STATUS_WORDS = [
  'running',
  'waiting',
  'retrying',
  'asks',
  'stopping',
  'finished',
  'error',
] as const;
export type StatusWord = (typeof STATUS_WORDS)[number];

export type Filter =
  | { readonly key: 'status'; readonly value: StatusWord; readonly not: boolean }
  | { readonly key: 'workspace' | 'model'; readonly value: string; readonly not: boolean }
  /** `before`: earlier than that; `after`: then or later. */
  | { readonly key: 'before' | 'after'; readonly value: string; readonly at: string }
  | { readonly key: 'is'; readonly value: 'archived'; readonly not: boolean };

/** A filter as it stands in the text: `from` to `to` is what taking it away removes. */
export interface Piece {
  readonly from: number;
  readonly to: number;
  readonly filter: Filter;
}

export interface SearchQuery {
  readonly terms: readonly Term[];
  readonly filters: readonly Filter[];
}

export interface ReadQuery extends SearchQuery {
  readonly pieces: readonly Piece[];
  /** What could not be read, a sentence each. */
  readonly problems: readonly string[];
}

const KEYS = ['status', 'workspace', 'model', 'before', 'after', 'is'] as const;
type Key = (typeof KEYS)[number];
/** A minus, a key, and what is in quotes to their end, else to the next space. */
const TOKEN = /(-?)(?:(status|workspace|model|before|after|is):)?(?:"([^"]*)(?:"|$)|([^\s"]*))/giu;

/** Never refuses: what it cannot read it says, and reads the rest. */
export function readQuery(text: string, now: Date): ReadQuery {
  const terms: Term[] = [];
  const pieces: Piece[] = [];
  const problems: string[] = [];
  for (const token of text.matchAll(TOKEN)) {
    const [whole, minus, key, quoted, bare = ''] = token;
    if (whole === '') continue;
    const not = minus === '-';
    const value = (quoted ?? bare).trim();
    if (key === undefined) {
      const words = wholeWords(value);
      if (words.length > 0) terms.push({ words, exact: quoted !== undefined, not });
      continue;
    }
    const filter = readFilter(key.toLowerCase() as Key, value, not, now);
    if (typeof filter === 'string') problems.push(filter);
    else pieces.push({ from: token.index, to: token.index + whole.length, filter });
  }
  return { terms, filters: pieces.map((piece) => piece.filter), pieces, problems };
}

/** Why this cannot be looked for; null: it can. Filters alone would read everything. */
export function refusalOf({ terms, problems }: ReadQuery): string | null {
  const [problem] = problems;
  if (problem !== undefined) return problem;
  return terms.some((term) => !term.not) ? null : 'Write at least one word to look for.';
}

/** The words without the parts of names: a phrase is made of what stands one behind the other. */
function wholeWords(text: string): readonly string[] {
  const words: string[] = [];
  for (const word of wordsOf(text)) if (word.at > words.length) words.push(word.text);
  return words;
}

function readFilter(key: Key, value: string, not: boolean, now: Date): Filter | string {
  if (value === '') return `Write something behind “${key}:”.`;
  switch (key) {
    case 'status': {
      const word = STATUS_WORDS.find((one) => one === value.toLowerCase());
      return word
        ? { key, value: word, not }
        : `“${value}” is no status. There are ${listed(STATUS_WORDS)}.`;
    }
    case 'workspace':
    case 'model':
      return { key, value, not };
    case 'is':
      return value.toLowerCase() === 'archived'
        ? { key, value: 'archived', not }
        : `“is:${value}” is not known. There is “is:archived”.`;
    case 'before':
    case 'after': {
      if (not) return `Write “${key === 'before' ? 'after' : 'before'}:” in place of “-${key}:”.`;
      const day = dayOf(value, now);
      return day
        ? { key, value, at: day.toISOString() }
        : `“${value}” is no day. Write 2026-07-31, 2026-07, today, yesterday, or 7d, 2w, 3m, 1y ago.`;
    }
  }
}

function listed(words: readonly string[]): string {
  return `${words.slice(0, -1).join(', ')} and ${words.at(-1) ?? ''}`;
}

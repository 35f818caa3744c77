import { type Mark, marksOf, type Range } from './marks.ts';
import type { Term } from './query.ts';

/** A line of a text around what was looked for. */
export interface Snippet {
  readonly text: string;
  readonly marks: readonly Range[];
}

const LENGTH = 200;
/** What stands before the first mark. */
const LEAD = 32;
const MOST_MARKS = 400;

/** Signs of Markdown that are not read as words: of bold, code, headings, quotes and tables. */
const SIGNS = /\*\*|`+|^ {0,3}(?:#{1,6}|>)(?= )|^\|[-:| ]+\|$|(?<=^\|.{0,400})\||^\|/gm;
/** Before the stretch, for the beginning of its line. */
const LINE_BEFORE = 400;

interface SnippetOptions {
  readonly length?: number;
  /** Its signs are left out. */
  readonly isMarkdown?: boolean;
}

/** The stretch in which the most of the terms stand, on one line. */
export function snippetOf(
  text: string,
  terms: readonly Term[],
  { length = LENGTH, isMarkdown = false }: SnippetOptions = {},
): Snippet {
  const marks = marksOf(text, terms, MOST_MARKS);
  const from = wordStart(text, Math.max(0, (densest(marks, length)?.from ?? 0) - LEAD));
  const to = wordEnd(text, Math.min(text.length, from + length));
  const shown = marks.filter((mark) => mark.from >= from && mark.to <= to);
  return onOneLine(text, { from, to, left: isMarkdown ? signsIn(text, { from, to }) : NONE }, shown);
}

/** The mark from which on the most different terms stand close by; the first of such. */
function densest(marks: readonly Mark[], length: number): Mark | null {
  let best: Mark | null = null;
  let most = 0;
  for (const [at, mark] of marks.entries()) {
    const near = new Set<number>();
    for (const other of marks.slice(at)) {
      if (other.to > mark.from + length - LEAD) break;
      near.add(other.term);
    }
    if (near.size > most) [best, most] = [mark, near.size];
  }
  return best;
}

/** Not in the middle of a word, if it begins close by. */
function wordStart(text: string, from: number): number {
  if (from === 0) return 0;
  const [gap] = /^\S{0,15}\s/u.exec(text.slice(from, from + 16)) ?? [];
  return from + (gap?.length ?? 0);
}

function wordEnd(text: string, to: number): number {
  if (to === text.length) return to;
  const cut = text.slice(Math.max(0, to - 16), to).search(/\s\S*$/u);
  return cut < 0 ? to : Math.max(0, to - 16) + cut;
}

const NONE: ReadonlySet<number> = new Set();

function signsIn(text: string, { from, to }: Range): ReadonlySet<number> {
  const begin = Math.max(text.lastIndexOf('\n', from - 1) + 1, from - LINE_BEFORE);
  const signs = new Set<number>();
  for (const { 0: sign, index } of text.slice(begin, to).matchAll(SIGNS))
    for (let at = 0; at < sign.length; at += 1) signs.add(begin + index + at);
  return signs;
}

/** White space becomes one space each, and the marks move with the text. */
function onOneLine(
  text: string,
  { from, to, left }: Range & { readonly left: ReadonlySet<number> },
  marks: readonly Range[],
): Snippet {
  let line = from > 0 ? '…' : '';
  const places: number[] = [];
  for (let at = from; at < to; at += 1) {
    places.push(line.length);
    if (left.has(at)) continue;
    const char = text[at] ?? '';
    if (!/[\s\p{Cc}]/u.test(char)) line += char;
    else if (line !== '' && line !== '…' && !line.endsWith(' ')) line += ' ';
  }
  line = line.trimEnd();
  places.push(line.length);
  if (to < text.length) line += '…';
  const placeOf = (at: number) => places[at - from] ?? line.length;
  return { text: line, marks: marks.map((mark) => ({ from: placeOf(mark.from), to: placeOf(mark.to) })) };
}

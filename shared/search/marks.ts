import type { Term } from './query.ts';
import { type Word, wordsOf } from './words.ts';

/** Half open, in characters of the text that it belongs to. */
export interface Range {
  readonly from: number;
  readonly to: number;
}

export interface Mark extends Range {
  /** Which of the terms. */
  readonly term: number;
}

/** From how many letters a word may go on. */
const PREFIX_FROM = 3;

export function isPrefix(term: Term, at: number): boolean {
  const word = term.words[at] ?? '';
  return !term.exact && at === term.words.length - 1 && word.length >= PREFIX_FROM;
}

/** Where the terms stand, in the text's order, the first `most` of them. Denied terms stand nowhere. */
export function marksOf(text: string, terms: readonly Term[], most = 1_000): readonly Mark[] {
  const marks: Mark[] = [];
  for (const { last, back } of standings(text)) {
    const mark = markAt(last, back, terms);
    if (mark) marks.push(mark);
    if (marks.length >= most) break;
  }
  return marks;
}

/** All terms stand in the text, and none of the denied ones. */
export function holds(text: string, terms: readonly Term[]): boolean {
  // Each by itself: of two that end at the same place only the tighter one is marked.
  return terms.every((term) => marksOf(text, [{ ...term, not: false }], 1).length > 0 !== term.not);
}

interface Standing {
  /** The words that stand at one place: a name and its parts. */
  readonly last: readonly Word[];
  /** Those `n` places before. */
  back(n: number): readonly Word[];
}

function* standings(text: string): Generator<Standing> {
  const places: Word[][] = [];
  const standing = (): Standing => {
    const here = places.length - 1;
    return { last: places[here] ?? [], back: (n) => places[here - n] ?? [] };
  };
  for (const word of wordsOf(text)) {
    if (word.at <= places.length) {
      places.at(-1)?.push(word);
      continue;
    }
    if (places.length > 0) yield standing();
    places.push([word]);
  }
  if (places.length > 0) yield standing();
}

/** The tightest of the terms that end here. */
function markAt(last: readonly Word[], back: Standing['back'], terms: readonly Term[]): Mark | null {
  let best: Mark | null = null;
  for (const [at, term] of terms.entries()) {
    if (term.not) continue;
    const end = tightest(last, term, term.words.length - 1);
    if (!end) continue;
    const from = startOf(term, back, end);
    if (from === null) continue;
    if (!best || end.to - from < best.to - best.from) best = { from, to: end.to, term: at };
  }
  return best;
}

/** Null: what stands before is something else. */
function startOf(term: Term, back: Standing['back'], end: Word): number | null {
  let from = end.from;
  for (let n = 1; n < term.words.length; n += 1) {
    const word = tightest(back(n), term, term.words.length - 1 - n);
    if (!word) return null;
    from = word.from;
  }
  return from;
}

function tightest(words: readonly Word[], term: Term, at: number): Word | null {
  const wanted = term.words[at] ?? '';
  const fits = words.filter((word) =>
    isPrefix(term, at) ? word.text.startsWith(wanted) : word.text === wanted,
  );
  return fits.toSorted((a, b) => a.to - a.from - (b.to - b.from))[0] ?? null;
}

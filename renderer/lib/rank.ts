import { go } from 'fuzzysort';

/** One that matches, with the places of the letters that do in each of its texts. */
export interface Ranked<T> {
  readonly item: T;
  /** Around 1 is exact. */
  readonly score: number;
  readonly marks: readonly (readonly number[])[];
}

interface Ranking<T> {
  /** What it can be found by; the first counts most. */
  readonly texts: readonly ((item: T) => string)[];
  /** Around 1: what is likelier to be meant. */
  readonly weight?: (item: T) => number;
  readonly limit: number;
}

/** Below it, the letters are there only by chance. */
const LEAST_SCORE = 0.3;
/** What is this much worse than the best is not what was meant. */
const OF_BEST = 0.5;
/** What is not found by its first text, which people see, comes after what is. */
const BY_OTHERS = 0.85;

/** The items that match what was typed, letters in order and words in any, the best first. */
export function rank<T>(query: string, items: readonly T[], ranking: Ranking<T>): readonly Ranked<T>[] {
  const { texts, weight = () => 1, limit } = ranking;
  const found = go(query, items, {
    keys: texts,
    limit,
    threshold: LEAST_SCORE,
    scoreFn: (match) => match.score * weight(match.obj) * ((match[0]?.score ?? 0) > 0 ? 1 : BY_OTHERS),
  });
  const best = found[0]?.score ?? 0;
  return found
    .filter(({ score }) => score >= best * OF_BEST)
    .map((match) => ({
      item: match.obj,
      score: match.score,
      marks: match.map(({ indexes }) => [...indexes].toSorted((a, b) => a - b)),
    }));
}

export interface Piece {
  readonly text: string;
  readonly marked: boolean;
}

/** A text in pieces that are marked and pieces that are not. */
export function pieces(text: string, marks: readonly number[]): readonly Piece[] {
  const marked = new Set(marks);
  const made: { text: string; marked: boolean }[] = [];
  for (let i = 0; i < text.length; i++) {
    const last = made.at(-1);
    if (last?.marked === marked.has(i)) last.text += text[i] ?? '';
    else made.push({ text: text[i] ?? '', marked: marked.has(i) });
  }
  return made;
}

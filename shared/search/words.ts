/** A word of a text: what is stored and looked for, where it stands, and which part of the text it is. */
export interface Word {
  /** Lower case, without accents, at most 64 characters. */
  readonly text: string;
  /** Counted in words from 1. The parts of `releaseHold` stand where it stands. */
  readonly at: number;
  readonly from: number;
  readonly to: number;
}

const LONGEST = 64;
/** Written without spaces, so that only characters can be looked for. */
const UNSPACED =
  '\\p{Script=Han}\\p{Script=Hiragana}\\p{Script=Katakana}\\p{Script=Thai}\\p{Script=Lao}\\p{Script=Khmer}\\p{Script=Myanmar}';
/** A long stretch of base64 is one word, not a thousand; then runs of letters and digits. */
const RUN = new RegExp(
  `[A-Za-z0-9+/=_-]{200,}|[${UNSPACED}]\\p{M}*|(?:(?![${UNSPACED}])[\\p{L}\\p{N}]\\p{M}*)+`,
  'gu',
);
/** `releaseHold`, `HTTPServer`: what a name of a program is made of. */
const PART = /\p{Lu}+(?!\p{Ll})|\p{Lu}?[\p{Ll}\p{M}]+|[^\p{Lu}\p{Ll}\p{M}]+/gu;
const HAS_PARTS = /\p{Ll}\p{Lu}|\p{Lu}\p{Lu}\p{Ll}/u;

/** All words of a text, in their order. The same for what is stored, what is asked for, and what is marked. */
export function* wordsOf(text: string): Generator<Word> {
  let at = 0;
  for (const { 0: run, index } of text.matchAll(RUN)) {
    const whole = plain(run);
    if (whole === '') continue;
    at += 1;
    yield { text: whole, at, from: index, to: index + run.length };
    if (run.length <= LONGEST && HAS_PARTS.test(run)) yield* partsOf(run, at, index);
  }
}

function* partsOf(run: string, at: number, start: number): Generator<Word> {
  for (const { 0: part, index } of run.matchAll(PART)) {
    const text = plain(part);
    if (text !== '') yield { text, at, from: start + index, to: start + index + part.length };
  }
}

function plain(run: string): string {
  const word = run.length > LONGEST ? run.slice(0, LONGEST) : run;
  // Nearly everything that agents read and write is ASCII.
  if (/^[\w+/=-]*$/.test(word)) return word.toLowerCase().replace(/[^a-z0-9]/g, '');
  const bare = word.normalize('NFKD').replace(/\p{M}/gu, '').toLowerCase().normalize('NFC');
  // What a compatible form brings in (a fraction's slash) is no part of a word.
  return bare.replace(/[^\p{L}\p{N}]/gu, '').slice(0, LONGEST);
}

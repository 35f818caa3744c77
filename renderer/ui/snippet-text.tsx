import type { Range } from '@shared/search/marks.ts';
import type { Snippet } from '@shared/search/snippet.ts';

/** A line of a text with what was looked for marked. Text and places, never markup. */
export function SnippetText({ snippet: { text, marks } }: { readonly snippet: Snippet }) {
  return piecesOf(text, marks).map(({ text: piece, from, marked }) =>
    marked ? <mark key={from}>{piece}</mark> : <span key={from}>{piece}</span>,
  );
}

function piecesOf(text: string, marks: readonly Range[]) {
  const pieces: { readonly text: string; readonly from: number; readonly marked: boolean }[] = [];
  const add = (from: number, to: number, marked: boolean) => {
    if (to > from) pieces.push({ text: text.slice(from, to), from, marked });
  };
  let at = 0;
  for (const { from, to } of marks) {
    add(at, from, false);
    add(Math.max(at, from), to, true);
    at = Math.max(at, to);
  }
  add(at, text.length, false);
  return pieces;
}

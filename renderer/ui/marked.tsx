import { pieces } from '../lib/rank.ts';

interface MarkedProps {
  readonly text: string;
  /** Which of its letters. */
  readonly marks: readonly number[];
}

/** A text with the letters marked that were looked for. */
export function Marked({ text, marks }: MarkedProps) {
  return pieces(text, marks).map(({ text: piece, marked }, i) =>
    // biome-ignore lint/suspicious/noArrayIndexKey: pieces have no other name
    marked ? <mark key={i}>{piece}</mark> : piece,
  );
}

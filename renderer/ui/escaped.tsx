import { visiblePieces } from '../lib/visible-text.ts';

/** Text in which nothing can hide: control, zero-width and bidirectional characters stand as code points. */
export function Escaped({ text }: { readonly text: string }) {
  return visiblePieces(text).map((piece, i) =>
    piece.kind === 'text' ? (
      piece.text
    ) : (
      <span key={i} className="hidden-char">
        {piece.text}
      </span>
    ),
  );
}

import { colourLine } from '../lib/syntax.ts';

/** One line of code in its colours. */
export function ColouredLine({ text }: { readonly text: string }) {
  return colourLine(text).map((span, i) =>
    span.kind ? (
      <span key={i} className={span.kind}>
        {span.text}
      </span>
    ) : (
      span.text
    ),
  );
}

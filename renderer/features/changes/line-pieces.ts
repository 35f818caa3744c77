import type { Mark } from '../../lib/diff-rows.ts';
import type { SyntaxKind, SyntaxSpan } from '../../lib/syntax.ts';

export interface LinePiece {
  readonly text: string;
  readonly kind: SyntaxKind;
  readonly marked: boolean;
  /** White space at the end of a line that was added. */
  readonly trailing: boolean;
}

interface Dressed {
  readonly text: string;
  /** Null: not told yet. */
  readonly spans: readonly SyntaxSpan[] | null;
  /** Null: no word stands out. */
  readonly marks: readonly Mark[] | null;
  readonly showTrailing: boolean;
}

/** Cuts a line wherever its colour, its mark or its end begins. */
export function linePieces({ text, spans, marks, showTrailing }: Dressed): readonly LinePiece[] {
  const end = showTrailing ? text.trimEnd().length : text.length;
  const cuts = new Set([0, end, text.length]);
  const addCuts = (parts: readonly { readonly text: string }[]) => {
    let at = 0;
    for (const part of parts) cuts.add(Math.min((at += part.text.length), text.length));
  };
  addCuts(spans ?? []);
  addCuts(marks ?? []);
  const order = [...cuts].toSorted((a, b) => a - b);
  const kindAt = reader(spans ?? [], (span) => span.kind, null);
  const markAt = reader(marks ?? [], (mark) => mark.changed, false);
  return order.slice(0, -1).map((from, i) => ({
    text: text.slice(from, order[i + 1]),
    kind: kindAt(from),
    marked: markAt(from),
    trailing: from >= end,
  }));
}

/** Asked from left to right. */
function reader<P extends { readonly text: string }, V>(
  parts: readonly P[],
  valueOf: (part: P) => V,
  none: V,
): (at: number) => V {
  let index = 0;
  let end = parts[0]?.text.length ?? 0;
  return (at) => {
    while (index < parts.length && end <= at) end += parts[++index]?.text.length ?? 0;
    const part = parts[index];
    return part ? valueOf(part) : none;
  };
}

import { memo, useMemo, useState } from 'react';
import { wordMarks } from '../../lib/diff-rows.ts';
import type { SyntaxSpan } from '../../lib/syntax.ts';
import { Escaped } from '../../ui/escaped.tsx';
import type { DiffLine } from './diff-lines.ts';
import { linePieces } from './line-pieces.ts';

/** More of a line is shown when it is asked for. */
const MOST_CHARACTERS = 1_000;
const MOST_AT_ALL = 50_000;

interface LineCodeProps {
  readonly line: DiffLine;
  readonly spans: readonly SyntaxSpan[] | null;
}

/** The text of a line with its colours and marks, in which nothing can hide. */
export const LineCode = memo(({ line, spans }: LineCodeProps) => {
  const [most, setMost] = useState(MOST_CHARACTERS);
  const { mate, kind } = line;
  const marks = useMemo(() => {
    if (!mate) return null;
    const both = kind === 'del' ? wordMarks(line.text, mate.text) : wordMarks(mate.text, line.text);
    return both?.[kind === 'del' ? 'old' : 'new'] ?? null;
  }, [line, mate, kind]);
  const text = line.text.length > most ? line.text.slice(0, most) : line.text;
  const pieces = linePieces({ text, spans, marks, showTrailing: kind === 'add' && text === line.text });
  return (
    <>
      {kind !== 'same' && <span className="sr">{kind === 'add' ? 'added: ' : 'removed: '}</span>}
      {pieces.map((piece, i) => {
        const shown = <Escaped text={piece.text} />;
        const look = `${piece.kind ?? ''} ${piece.trailing ? 'trail' : ''}`.trim();
        const dressed = look === '' ? shown : <span className={look}>{shown}</span>;
        return piece.marked ? <mark key={i}>{dressed}</mark> : <span key={i}>{dressed}</span>;
      })}
      {line.hasReturn && mate && !mate.hasReturn && <span className="hidden-char">CR</span>}
      {line.isOpenEnd && <span className="open-end">no line feed at the end</span>}
      {text.length < line.text.length && (
        <button type="button" className="more-line" onClick={() => setMost(MOST_AT_ALL)}>
          … {(line.text.length - text.length).toLocaleString('en')} more characters
        </button>
      )}
    </>
  );
});
LineCode.displayName = 'LineCode';

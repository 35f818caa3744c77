import { type CSSProperties, memo, useMemo, useRef } from 'react';
import { Virtualizer } from 'virtua';
import { isProse } from '../../lib/prose.ts';
import { colourLine } from '../../lib/syntax.ts';
import { Escaped } from '../../ui/escaped.tsx';
import { linesOf, MOST_CHARACTERS, widest } from './lines-of.ts';

/** A text with the numbers of its lines; only those in view are in the page. */
export function FileLines({ text, path }: { readonly text: string; readonly path: string }) {
  const lines = useMemo(() => linesOf(text), [text]);
  const prose = isProse(path);
  const scroller = useRef<HTMLDivElement>(null);
  const columns = useMemo(() => widest(lines), [lines]);
  const size = { '--digits': String(lines.length).length, '--columns': columns } as CSSProperties;
  return (
    <div ref={scroller} className="file-lines" style={size} tabIndex={0} role="group" aria-label={path}>
      <div className="file-sheet">
        <Virtualizer scrollRef={scroller} itemSize={18} bufferSize={360}>
          {lines.map((line, at) => (
            <Line key={at} number={at + 1} text={line} prose={prose} />
          ))}
        </Virtualizer>
      </div>
    </div>
  );
}

interface LineProps {
  readonly number: number;
  readonly text: string;
  readonly prose: boolean;
}

const Line = memo(({ number, text, prose }: LineProps) => {
  const shown = text.length > MOST_CHARACTERS ? text.slice(0, MOST_CHARACTERS) : text;
  return (
    <div className="file-text">
      <span className="file-number">{number}</span>
      <span>
        {prose ? (
          <Escaped text={shown} />
        ) : (
          colourLine(shown).map((span, i) => (
            <span key={i} className={span.kind ?? undefined}>
              <Escaped text={span.text} />
            </span>
          ))
        )}
        {shown.length < text.length && (
          <span className="faint"> … {(text.length - shown.length).toLocaleString('en')} more</span>
        )}
      </span>
    </div>
  );
});
Line.displayName = 'Line';

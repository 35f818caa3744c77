import { useState } from 'react';
import type { DiffRow, Mark } from '../lib/diff-rows.ts';
import { isProse } from '../lib/prose.ts';
import { ColouredLine } from './coloured.tsx';

const SHOWN_ROWS = 60;

/** A unified diff with word marks. Long ones show their head and a button for the rest. */
export function DiffView({ rows, path }: { readonly rows: readonly DiffRow[]; readonly path: string }) {
  const [all, setAll] = useState(false);
  const shown = all ? rows : rows.slice(0, SHOWN_ROWS);
  const prose = isProse(path);
  const numbered = rows.some((r) => r.kind !== 'gap' && (r.old !== null || r.new !== null));
  return (
    <div className={`block diff ${numbered ? '' : 'bare'}`}>
      {shown.map((row, i) => (
        <DiffLine key={i} row={row} prose={prose} />
      ))}
      {shown.length < rows.length && (
        <button type="button" className="gap" onClick={() => setAll(true)}>
          {rows.length - shown.length} more lines
        </button>
      )}
    </div>
  );
}

function DiffLine({ row, prose }: { readonly row: DiffRow; readonly prose: boolean }) {
  if (row.kind === 'gap') return <div className="gap">{row.lines} unchanged lines</div>;
  const look = { add: 'l a', del: 'l d', same: 'l' }[row.kind];
  return (
    <div className={look}>
      <span />
      <span>{row.old}</span>
      <span>{row.new}</span>
      <span className="src">
        <span className="sr">{{ add: 'added: ', del: 'removed: ', same: '' }[row.kind]}</span>
        {row.marks.map((mark, i) => (
          <Marked key={i} mark={mark} prose={prose} />
        ))}
      </span>
    </div>
  );
}

function Marked({ mark, prose }: { readonly mark: Mark; readonly prose: boolean }) {
  if (prose) return mark.changed ? <mark>{mark.text}</mark> : mark.text;
  const code = <ColouredLine text={mark.text} />;
  return mark.changed ? <mark>{code}</mark> : code;
}

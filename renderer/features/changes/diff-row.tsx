import { Plus } from 'lucide-react';
import { type CSSProperties, memo, type PointerEvent, type ReactNode } from 'react';
import type { SyntaxSpan } from '../../lib/syntax.ts';
import type { DiffLine } from './diff-lines.ts';
import type { DiffRow, Layout, Side } from './diff-rows.ts';
import { LineCode } from './line-code.tsx';

type LineRow = Extract<DiffRow, { kind: 'line' }>;
type ColourOf = (line: DiffLine) => readonly SyntaxSpan[] | null;

/** What the pointer does to a row; the same for all rows. */
export interface RowHands {
  readonly onPress: (key: string, side: Side, event: PointerEvent) => void;
  readonly onDrag: (key: string) => void;
}

interface RowProps {
  readonly id: string;
  readonly row: LineRow;
  readonly index: number;
  readonly layout: Layout;
  readonly active: boolean;
  readonly selected: boolean;
  readonly colourOf: ColourOf;
  readonly hands: RowHands;
}

/** A line, or in split view the two that stand against each other. */
export const LineRowView = memo((props: RowProps) => {
  const { id, row, index, layout, active, selected, hands } = props;
  return (
    <div
      id={id}
      role="row"
      aria-rowindex={index + 1}
      aria-selected={selected}
      className={`dl ${layout} ${active ? 'active' : ''} ${selected ? 'sel' : ''}`}
      onPointerEnter={() => hands.onDrag(row.key)}
    >
      {layout === 'split' ? <SplitCells {...props} /> : <UnifiedCells {...props} />}
    </div>
  );
});
LineRowView.displayName = 'LineRowView';

const LOOK = { add: 'a', del: 'd', same: '' } as const;

function UnifiedCells({ row, colourOf, hands }: RowProps) {
  const line = row.right ?? row.left;
  if (!line) return null;
  const side = line.kind === 'del' ? 'old' : 'new';
  return (
    <div className={`dl-side ${LOOK[line.kind]}`} role="presentation">
      <Gutter row={row} side={side} hands={hands}>
        <span>{line.old}</span>
        <span>{line.new}</span>
      </Gutter>
      <span className="dl-code" role="gridcell">
        <LineCode line={line} spans={colourOf(line)} />
      </span>
    </div>
  );
}

function SplitCells({ row, colourOf, hands }: RowProps) {
  const side = (of: Side, line: DiffLine | null) => (
    <div className={`dl-side ${line ? LOOK[line.kind] : 'none'}`} role="presentation">
      {line && (
        <>
          <Gutter row={row} side={of} hands={hands}>
            <span>{of === 'old' ? line.old : line.new}</span>
          </Gutter>
          <span className="dl-code" role="gridcell">
            <LineCode line={line} spans={colourOf(line)} />
          </span>
        </>
      )}
    </div>
  );
  return (
    <>
      {side('old', row.left)}
      {side('new', row.right)}
    </>
  );
}

interface GutterProps {
  readonly row: LineRow;
  readonly side: Side;
  readonly hands: RowHands;
  readonly children: ReactNode;
}

/** The numbers of a line: pressed, they begin a comment, drawn over others, one on all of them. */
function Gutter({ row, side, hands, children }: GutterProps) {
  return (
    <span
      className="dl-gutter"
      role="rowheader"
      onPointerDown={(event) => hands.onPress(row.key, side, event)}
    >
      {children}
      <span className="dl-plus" aria-hidden="true">
        <Plus className="i xs" />
      </span>
    </span>
  );
}

interface GapProps {
  readonly id: string;
  readonly row: Extract<DiffRow, { kind: 'gap' }>;
  readonly index: number;
  readonly active: boolean;
  /** Null: no more of it can be had. */
  readonly onOpen: ((key: string) => void) | null;
}

export function GapRow({ id, row, index, active, onOpen }: GapProps) {
  const words = `${row.lines.toLocaleString('en')} unchanged ${row.lines === 1 ? 'line' : 'lines'}`;
  return (
    <div id={id} role="row" aria-rowindex={index + 1} className={`dl-gap ${active ? 'active' : ''}`}>
      <span role="gridcell">
        {onOpen ? (
          <button type="button" tabIndex={-1} onClick={() => onOpen(row.key)}>
            {words}
          </button>
        ) : (
          words
        )}
        {row.heading !== '' && <span className="dl-heading">{row.heading}</span>}
      </span>
    </div>
  );
}

interface NoteProps {
  readonly id: string;
  readonly index: number;
  readonly active: boolean;
  readonly children: ReactNode;
}

/** What somebody says about the lines above it. */
export function NoteRow({ id, index, active, children }: NoteProps) {
  return (
    <div id={id} role="row" aria-rowindex={index + 1} className={`dl-note ${active ? 'active' : ''}`}>
      <div role="gridcell">{children}</div>
    </div>
  );
}

/** How wide the numbers are. */
export function digitsOf(most: number): CSSProperties {
  return { '--digits': Math.max(2, String(most).length) } as CSSProperties;
}

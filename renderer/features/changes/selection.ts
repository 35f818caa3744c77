import type { LineComment } from '../../state/review.ts';
import type { DiffLine } from './diff-lines.ts';
import type { DiffRow, Layout, Side } from './diff-rows.ts';

/** Rows by their keys, from where the selection began to where it is now. */
export interface Selection {
  readonly anchor: string;
  readonly head: string;
  readonly side: Side;
}

/** The first and the last row that are selected; null: none. */
export function selectedRange(
  rows: readonly DiffRow[],
  selection: Selection | null,
): readonly [number, number] | null {
  if (!selection) return null;
  const head = rows.findIndex(({ key }) => key === selection.head);
  if (head < 0) return null;
  const anchor = rows.findIndex(({ key }) => key === selection.anchor);
  return anchor < 0 ? [head, head] : [Math.min(anchor, head), Math.max(anchor, head)];
}

/** What a comment on the selected lines is about. Null: there is no line among them. */
export function commentOn(
  rows: readonly DiffRow[],
  selection: Selection,
  { path, layout, id }: { readonly path: string; readonly layout: Layout; readonly id: string },
): LineComment | null {
  const lines = together(rows, selection);
  const numberOf = (row: LineRow, side: Side) => (side === 'new' ? row.right?.new : row.left?.old) ?? null;
  const has = (side: Side) => lines.some((row) => numberOf(row, side) !== null);
  const side = has(selection.side) ? selection.side : has('new') ? 'new' : 'old';
  const numbers = lines.flatMap((row) => numberOf(row, side) ?? []);
  const [from, to] = [numbers[0], numbers.at(-1)];
  if (from === undefined || to === undefined) return null;
  const of = (row: LineRow) =>
    layout === 'split' ? (side === 'new' ? row.right : row.left) : (row.right ?? row.left);
  return { id, path, side, from, to, lines: lines.flatMap((row) => signed(of(row)) ?? []), text: '' };
}

type LineRow = Extract<DiffRow, { kind: 'line' }>;

/** Only lines that follow each other: a gap ends the selection. */
function together(rows: readonly DiffRow[], selection: Selection): readonly LineRow[] {
  const [first, last] = selectedRange(rows, selection) ?? [0, -1];
  const run = rows.slice(first, last + 1);
  const isForward = rows[last]?.key === selection.head;
  const gap = isForward
    ? run.findLastIndex(({ kind }) => kind === 'gap')
    : run.findIndex(({ kind }) => kind === 'gap');
  const whole = gap < 0 ? run : isForward ? run.slice(gap + 1) : run.slice(0, gap);
  return whole.filter((row) => row.kind === 'line');
}

function signed(line: DiffLine | null): string | null {
  return line && `${{ same: ' ', add: '+', del: '-' }[line.kind]}${line.text}`;
}

/** Where a key leads in the rows; null: the key is somebody else's. */
export function rowKey(key: string, rows: number, at: number): number | null {
  const to = {
    ArrowDown: at + 1,
    ArrowUp: at - 1,
    PageDown: at + 20,
    PageUp: at - 20,
    Home: 0,
    End: rows - 1,
  }[key];
  return to === undefined ? null : Math.min(rows - 1, Math.max(0, to));
}

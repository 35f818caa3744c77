import type { LineComment } from '../../state/review.ts';
import type { DiffItem, DiffLine } from './diff-lines.ts';

export type Layout = 'unified' | 'split';
export type Side = 'old' | 'new';

export type DiffRow =
  /** Unified: one of both is the line, or both are when it is the same. */
  | {
      readonly kind: 'line';
      readonly key: string;
      readonly left: DiffLine | null;
      readonly right: DiffLine | null;
    }
  | Extract<DiffItem, { kind: 'gap' }>
  | {
      readonly kind: 'comment';
      readonly key: string;
      readonly comment: LineComment;
      readonly outdated: boolean;
    }
  | { readonly kind: 'draft'; readonly key: 'draft' };

/** Where a comment stands: after this line, or, as the lines that it is about have changed, above all. */
interface Placed {
  readonly row: DiffRow;
  readonly after: { readonly side: Side; readonly line: number } | null;
}

export interface RowsAsked {
  /** What is shown. */
  readonly items: readonly DiffItem[];
  /** All that is known, also what is folded away. */
  readonly known: readonly DiffItem[];
  readonly layout: Layout;
  readonly comments: readonly LineComment[];
  /** Where a comment is being written: a new one, or the one of this id. */
  readonly draft: { readonly id: string | null; readonly side: Side; readonly to: number } | null;
}

/** What the pane shows from top to bottom. */
export function diffRows({ items, known, layout, comments, draft }: RowsAsked): readonly DiffRow[] {
  const rows = layout === 'split' ? splitRows(items) : unifiedRows(items);
  const texts = textsOf(known);
  const placed = comments
    .filter((comment) => comment.id !== draft?.id)
    .map((comment): Placed => {
      const outdated = isOutdated(comment, texts);
      const row: DiffRow = { kind: 'comment', key: `c${comment.id}`, comment, outdated };
      return { row, after: outdated ? null : { side: comment.side, line: comment.to } };
    });
  if (draft) {
    const isThere = texts[draft.side].has(draft.to);
    placed.push({
      row: { kind: 'draft', key: 'draft' },
      after: isThere ? { side: draft.side, line: draft.to } : null,
    });
  }
  if (placed.length === 0) return rows;
  return withPlaced(rows, placed);
}

function withPlaced(rows: readonly DiffRow[], placed: readonly Placed[]): readonly DiffRow[] {
  const isBelow = (row: DiffRow, { after }: Placed) =>
    row.kind === 'line' &&
    after !== null &&
    (after.side === 'old' ? row.left?.old : row.right?.new) === after.line;
  const waiting = new Set(placed.filter(({ after }) => after !== null));
  const above = placed.filter(({ after }) => after === null).map(({ row }) => row);
  const body = rows.flatMap((row) => {
    const here = [...waiting].filter((one) => isBelow(row, one));
    for (const one of here) waiting.delete(one);
    return [row, ...here.map((one) => one.row)];
  });
  // Lines that are folded away keep what was said of them in sight.
  return [...above, ...[...waiting].map(({ row }) => row), ...body];
}

type Texts = Readonly<Record<Side, ReadonlyMap<number, string>>>;

function textsOf(items: readonly DiffItem[]): Texts {
  const texts = { old: new Map<number, string>(), new: new Map<number, string>() };
  for (const item of items) {
    if (item.kind !== 'line') continue;
    if (item.line.old !== null) texts.old.set(item.line.old, item.line.text);
    if (item.line.new !== null) texts.new.set(item.line.new, item.line.text);
  }
  return texts;
}

/** One of the lines it is about reads differently now. What is left out of a diff has not changed: nor had those. */
function isOutdated({ side, from, lines }: LineComment, texts: Texts): boolean {
  const own = lines.filter((line) => !line.startsWith(side === 'new' ? '-' : '+'));
  return own.some((line, i) => {
    const now = texts[side].get(from + i);
    return now === undefined ? !line.startsWith(' ') : now !== line.slice(1);
  });
}

export function keyOf(line: DiffLine): string {
  return line.new === null ? `o${line.old}` : `n${line.new}`;
}

function unifiedRows(items: readonly DiffItem[]): readonly DiffRow[] {
  return items.map((item): DiffRow => {
    if (item.kind === 'gap') return item;
    const { line } = item;
    return {
      kind: 'line',
      key: keyOf(line),
      left: line.kind === 'add' ? null : line,
      right: line.kind === 'del' ? null : line,
    };
  });
}

/** Removed lines stand beside added ones; where one side has fewer, nothing does. */
function splitRows(items: readonly DiffItem[]): readonly DiffRow[] {
  const rows: DiffRow[] = [];
  let removed: DiffLine[] = [];
  let added: DiffLine[] = [];
  const flush = () => {
    for (let i = 0; i < Math.max(removed.length, added.length); i++) {
      const [left = null, right = null] = [removed[i], added[i]];
      const of = right ?? left;
      if (of) rows.push({ kind: 'line', key: keyOf(of), left, right });
    }
    removed = [];
    added = [];
  };
  for (const item of items) {
    if (item.kind === 'line' && item.line.kind === 'del') {
      if (added.length > 0) flush();
      removed.push(item.line);
    } else if (item.kind === 'line' && item.line.kind === 'add') added.push(item.line);
    else {
      flush();
      const same = item.kind === 'gap' ? null : item.line;
      rows.push(
        item.kind === 'gap' ? item : { kind: 'line', key: keyOf(item.line), left: same, right: same },
      );
    }
  }
  flush();
  return rows;
}

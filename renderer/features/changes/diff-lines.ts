import type { DiffHunk, FileDiff } from '@shared/contract/changes.ts';
import { ALL } from '../../state/changes.ts';

/** One line of one side, or of both. */
export interface DiffLine {
  readonly kind: 'same' | 'add' | 'del';
  /** Its number on a side; null: it is not there. */
  readonly old: number | null;
  readonly new: number | null;
  /** Without the carriage return that may end it. */
  readonly text: string;
  readonly hasReturn: boolean;
  /** No line feed follows it. */
  readonly isOpenEnd: boolean;
  /** What stands against it on the other side; null: nothing. */
  readonly mate: DiffLine | null;
  /** What its colours are told from, and where it is in there. */
  readonly chunk: Chunk;
  readonly at: number;
}

/** Lines that follow each other on one side. */
export interface Chunk {
  readonly lines: string[];
}

export type DiffItem =
  | { readonly kind: 'line'; readonly line: DiffLine }
  /** Lines that are the same. `key` is the same whether they are there or not. */
  | {
      readonly kind: 'gap';
      readonly key: string;
      readonly lines: number;
      readonly heading: string;
      /** From which new number to which, both included. */
      readonly from: number;
      readonly to: number;
    };

/** Unchanged lines around each change that are always shown. */
const NEAR = 3;
/** A gap hides more than it takes itself. */
const LEAST_HIDDEN = 2;

/** All that a diff says, with holes where it leaves lines out. */
export function diffItems({ hunks }: FileDiff): readonly DiffItem[] {
  const items: DiffItem[] = [];
  let next = 1;
  for (const hunk of hunks) {
    const hidden = hunk.newStart - next;
    if (hidden > 0) items.push(gap(next, hidden, hunk.heading));
    const lines = linesOf(hunk);
    for (const line of lines) items.push({ kind: 'line', line });
    next = (lines.findLast((line) => line.new !== null)?.new ?? Math.max(0, hunk.newStart - 1)) + 1;
  }
  return items;
}

function gap(from: number, lines: number, heading: string): DiffItem {
  return { kind: 'gap', key: `g${from}`, lines, heading, from, to: from + lines - 1 };
}

type Mutable = { -readonly [K in keyof DiffLine]: DiffLine[K] };

function linesOf(hunk: DiffHunk): readonly DiffLine[] {
  const oldSide: Chunk = { lines: [] };
  const newSide: Chunk = { lines: [] };
  const lines: Mutable[] = [];
  let [o, n] = [hunk.oldStart, hunk.newStart];
  let removed: Mutable[] = [];
  let added: Mutable[] = [];
  const pairUp = () => {
    removed.forEach((line, i) => {
      const mate = added[i];
      if (!mate) return;
      line.mate = mate;
      mate.mate = line;
    });
    removed = [];
    added = [];
  };
  for (const printed of hunk.lines) {
    const sign = printed[0];
    if (sign === '\\') {
      const last = lines.at(-1);
      if (last) last.isOpenEnd = true;
      continue;
    }
    const kind = sign === '+' ? 'add' : sign === '-' ? 'del' : 'same';
    const hasReturn = printed.endsWith('\r');
    const text = printed.slice(1, hasReturn ? -1 : undefined);
    const chunk = kind === 'del' ? oldSide : newSide;
    const line: Mutable = {
      kind,
      old: kind === 'add' ? null : o++,
      new: kind === 'del' ? null : n++,
      text,
      hasReturn,
      isOpenEnd: false,
      mate: null,
      chunk,
      at: chunk.lines.length,
    };
    chunk.lines.push(text);
    if (kind === 'same') {
      // The old side is coloured with what stands between its own lines.
      oldSide.lines.push(text);
      pairUp();
    } else if (kind === 'del') {
      if (added.length > 0) pairUp();
      removed.push(line);
    } else added.push(line);
    lines.push(line);
  }
  pairUp();
  return lines;
}

/** Hides what is far from each change, but for the gaps that were opened. */
export function folded(items: readonly DiffItem[], opened: ReadonlySet<string>): readonly DiffItem[] {
  const near = nearChanges(items);
  const out: DiffItem[] = [];
  let run: DiffItem[] = [];
  const flush = () => {
    for (const item of foldedRun(run, opened)) out.push(item);
    run = [];
  };
  items.forEach((item, at) => {
    if (item.kind === 'gap' || !near[at]) {
      run.push(item);
      return;
    }
    flush();
    out.push(item);
  });
  flush();
  return out;
}

function foldedRun(run: readonly DiffItem[], opened: ReadonlySet<string>): readonly DiffItem[] {
  const [first] = run;
  if (!first) return [];
  const from = first.kind === 'gap' ? first.from : (first.line.new ?? 0);
  const hole = run.find((item) => item.kind === 'gap');
  const count = run.reduce((sum, item) => sum + (item.kind === 'gap' ? item.lines : 1), 0);
  const isLoaded = run.some((item) => item.kind === 'line');
  if (isLoaded && (opened.has(ALL) || opened.has(`g${from}`) || count < LEAST_HIDDEN)) return run;
  return [gap(from, count, hole?.kind === 'gap' ? hole.heading : '')];
}

function nearChanges(items: readonly DiffItem[]): readonly boolean[] {
  const near: boolean[] = items.map(() => false);
  const mark = (order: readonly number[]) => {
    let left = 0;
    for (const at of order) {
      const item = items[at];
      if (item?.kind === 'gap') left = 0;
      else if (item && item.line.kind !== 'same') left = NEAR + 1;
      if (left > 0) near[at] = true;
      left -= 1;
    }
  };
  const order = [...items.keys()];
  mark(order);
  mark(order.toReversed());
  return near;
}

/** The highest number of a line on either side. */
export function lastNumber(items: readonly DiffItem[]): number {
  return items.reduce(
    (most, item) =>
      item.kind === 'gap'
        ? Math.max(most, item.to)
        : Math.max(most, item.line.old ?? 0, item.line.new ?? 0),
    0,
  );
}

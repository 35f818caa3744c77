import { diffArrays, diffWordsWithSpace } from 'diff';

export interface Mark {
  readonly text: string;
  readonly changed: boolean;
}

/** One line of a diff. Numbers are null on the side where the line is absent, or when they are not known. */
export type DiffRow =
  | {
      readonly kind: 'same' | 'add' | 'del';
      readonly old: number | null;
      readonly new: number | null;
      readonly marks: readonly Mark[];
    }
  | { readonly kind: 'gap'; readonly lines: number };

export interface DiffCount {
  readonly added: number;
  readonly removed: number;
}

const MAX_WORD_DIFF = 400;

/** Line diff with word marks on lines that stand against each other. `start`: number of the first line, if known. */
export function diffRows(before: string, after: string, start: number | null = null): readonly DiffRow[] {
  const rows: DiffRow[] = [];
  let o = start;
  let n = start;
  let removed: string[] = [];
  const step = (v: number | null) => (v === null ? null : v + 1);
  const flush = (added: readonly string[]) => {
    const pairs = removed.map((line, i) => wordMarks(line, added[i]));
    removed.forEach((line, i) => {
      rows.push({ kind: 'del', old: o, new: null, marks: pairs[i]?.old ?? plain(line) });
      o = step(o);
    });
    added.forEach((line, i) => {
      rows.push({ kind: 'add', old: null, new: n, marks: pairs[i]?.new ?? plain(line) });
      n = step(n);
    });
    removed = [];
  };
  for (const change of diffArrays(lines(before), lines(after))) {
    if (change.removed) removed = change.value;
    else if (change.added) flush(change.value);
    else {
      flush([]);
      for (const line of change.value) {
        rows.push({ kind: 'same', old: o, new: n, marks: plain(line) });
        o = step(o);
        n = step(n);
      }
    }
  }
  flush([]);
  return rows;
}

export function countRows(rows: readonly DiffRow[]): DiffCount {
  return {
    added: rows.filter((r) => r.kind === 'add').length,
    removed: rows.filter((r) => r.kind === 'del').length,
  };
}

/** Folds unchanged lines further than `context` from a change. */
export function foldSame(rows: readonly DiffRow[], context = 3): readonly DiffRow[] {
  const near = rows.map((_, i) =>
    rows.slice(Math.max(0, i - context), i + context + 1).some((r) => r.kind === 'add' || r.kind === 'del'),
  );
  const out: DiffRow[] = [];
  rows.forEach((row, i) => {
    const last = out.at(-1);
    if (near[i]) out.push(row);
    else if (last?.kind === 'gap') out[out.length - 1] = { kind: 'gap', lines: last.lines + 1 };
    else out.push({ kind: 'gap', lines: 1 });
  });
  return out;
}

/** Rows of a unified patch of one file (the numbers come from its hunk headers). */
export function patchRows(patch: string): readonly DiffRow[] {
  const rows: DiffRow[] = [];
  let o = 0;
  let n = 0;
  let old: string[] = [];
  let fresh: string[] = [];
  const flush = () => {
    if (old.length === 0 && fresh.length === 0) return;
    const block = diffRows(`${old.join('\n')}\n`, `${fresh.join('\n')}\n`);
    for (const row of block) {
      if (row.kind === 'gap') continue;
      rows.push({ ...row, old: row.kind === 'add' ? null : o++, new: row.kind === 'del' ? null : n++ });
    }
    old = [];
    fresh = [];
  };
  for (const line of patch.split('\n')) {
    const header = /^@@ -(\d+)(?:,\d+)? \+(\d+)/.exec(line);
    if (header) {
      flush();
      const at = Number(header[2]);
      if (rows.length > 0) rows.push({ kind: 'gap', lines: Math.max(0, at - n) });
      o = Number(header[1]);
      n = at;
    } else if (line.startsWith('-') && !line.startsWith('---')) old.push(line.slice(1));
    else if (line.startsWith('+') && !line.startsWith('+++')) fresh.push(line.slice(1));
    else if (line.startsWith(' ')) {
      old.push(line.slice(1));
      fresh.push(line.slice(1));
    }
  }
  flush();
  return rows;
}

function lines(text: string): string[] {
  if (text === '') return [];
  const list = text.split('\n');
  if (list.at(-1) === '') list.pop();
  return list;
}

function plain(text: string): readonly Mark[] {
  return [{ text, changed: false }];
}

/** Null: no counterpart, or so different that marks would only be noise. */
export function wordMarks(old: string, fresh: string | undefined): { old: Mark[]; new: Mark[] } | null {
  if (fresh === undefined || old.length > MAX_WORD_DIFF || fresh.length > MAX_WORD_DIFF) return null;
  const changes = diffWordsWithSpace(old, fresh);
  const same = changes.reduce((n, c) => (c.added || c.removed ? n : n + c.value.trim().length), 0);
  if (same * 3 < Math.max(old.trim().length, fresh.trim().length)) return null;
  return {
    old: changes.filter((c) => !c.added).map((c) => ({ text: c.value, changed: c.removed })),
    new: changes.filter((c) => !c.removed).map((c) => ({ text: c.value, changed: c.added })),
  };
}

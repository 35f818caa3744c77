import type { ChangedFile, FileStatus } from '@shared/contract/changes.ts';
import { unquotedPath } from './quoted-path.ts';

export type SummedFile = Omit<ChangedFile, 'stamp'> & {
  /** As git printed it. */
  readonly text: string;
};

interface Counts {
  readonly added: number;
  readonly removed: number;
  readonly binary: boolean;
}

const STATUS: Readonly<Record<string, FileStatus>> = {
  A: 'added',
  D: 'deleted',
  M: 'modified',
  R: 'renamed',
  C: 'copied',
  T: 'type-changed',
  U: 'unmerged',
};
const SUBMODULE = '160000';
const UNCOUNTED: Counts = { added: 0, removed: 0, binary: false };

/** Reads what `--raw --numstat` print before a diff; `rest` begins with that. The counts come in the same order. */
export function parseSummary(printed: string): {
  readonly files: readonly SummedFile[];
  readonly rest: string;
} {
  const end = printed.search(/(?<=^|\n)diff --git /);
  const summary = end < 0 ? printed : printed.slice(0, end);
  const lines = summary.split('\n');
  const counts = lines.flatMap((line) => countsOf(line) ?? []);
  // An unmerged file has a line without counts beside the one that has them.
  const raw = lines.flatMap((line) => rawOf(line) ?? []);
  const unmerged = new Set(raw.filter(({ status }) => status === 'unmerged').map(({ path }) => path));
  const counted = raw.filter(({ status }) => status !== 'unmerged');
  const files = counted.map((file, i): SummedFile => {
    const status = unmerged.has(file.path) ? 'unmerged' : file.status;
    return { ...file, ...(counts[i] ?? UNCOUNTED), status };
  });
  const known = new Set(files.map(({ path }) => path));
  const alone = raw.filter(({ status, path }) => status === 'unmerged' && !known.has(path));
  return {
    files: [...files, ...alone.map((file) => ({ ...file, ...UNCOUNTED }))],
    rest: end < 0 ? '' : printed.slice(end),
  };
}

function countsOf(line: string): Counts | null {
  const [, added, removed] = /^(\d+|-)\t(\d+|-)\t/.exec(line) ?? [];
  if (added === undefined || removed === undefined) return null;
  if (added === '-') return { added: 0, removed: 0, binary: true };
  return { added: Number(added), removed: Number(removed), binary: false };
}

function rawOf(line: string): Omit<SummedFile, keyof Counts> | null {
  const match = /^:(\d{6}) (\d{6}) \S+ \S+ ([A-Z])\d*\t(.+)$/s.exec(line);
  if (!match) return null;
  const [, oldMode, newMode, letter = '', names = ''] = match;
  // A tab inside a name is written as an escape.
  const [first = '', second] = names.split('\t').map(unquotedPath);
  return {
    path: second ?? first,
    from: second === undefined ? null : first,
    status: STATUS[letter] ?? 'modified',
    submodule: oldMode === SUBMODULE || newMode === SUBMODULE,
    text: line,
  };
}

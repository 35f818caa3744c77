import type { ChangedFile } from '@shared/contract/changes.ts';

export interface ChangedRow {
  readonly kind: 'file' | 'directory';
  readonly path: string;
  /** Of directories with nothing else in them several names. */
  readonly name: string;
  readonly level: number;
  readonly position: number;
  readonly siblings: number;
  readonly open: boolean;
  readonly added: number;
  readonly removed: number;
  /** Of a file. */
  readonly file: ChangedFile | null;
}

interface Branch {
  readonly directories: Map<string, Branch>;
  readonly files: ChangedFile[];
}

/** The tree from top to bottom: directories first, then by name, and `closed` ones without what is in them. */
export function changedRows(
  files: readonly ChangedFile[],
  closed: ReadonlySet<string>,
): readonly ChangedRow[] {
  const top: Branch = { directories: new Map(), files: [] };
  for (const file of files) {
    let at = top;
    for (const name of file.path.split('/').slice(0, -1)) {
      const next: Branch = at.directories.get(name) ?? { directories: new Map(), files: [] };
      at.directories.set(name, next);
      at = next;
    }
    at.files.push(file);
  }
  return rowsOf(top, '', 1, closed);
}

function rowsOf(
  branch: Branch,
  path: string,
  level: number,
  closed: ReadonlySet<string>,
): readonly ChangedRow[] {
  const siblings = branch.directories.size + branch.files.length;
  const directories = [...branch.directories].toSorted(([a], [b]) => byName(a, b));
  const files = branch.files.toSorted((a, b) => byName(nameOf(a.path), nameOf(b.path)));
  const below = directories.flatMap(([name, inside], i): readonly ChangedRow[] => {
    const [shown, last] = joined(name, inside);
    const at = path === '' ? shown : `${path}/${shown}`;
    const open = !closed.has(at);
    const row: ChangedRow = {
      kind: 'directory',
      path: at,
      name: shown,
      level,
      position: i + 1,
      siblings,
      open,
      ...countsOf(last),
      file: null,
    };
    return open ? [row, ...rowsOf(last, at, level + 1, closed)] : [row];
  });
  return [
    ...below,
    ...files.map((file, i): ChangedRow => {
      const { added, removed } = file;
      const position = directories.length + i + 1;
      return {
        kind: 'file',
        path: file.path,
        name: nameOf(file.path),
        level,
        position,
        siblings,
        open: false,
        added,
        removed,
        file,
      };
    }),
  ];
}

/** A directory that holds only another one stands in one line with it. */
function joined(name: string, branch: Branch): readonly [string, Branch] {
  const [only] = branch.directories;
  if (!only || branch.directories.size > 1 || branch.files.length > 0) return [name, branch];
  return joined(`${name}/${only[0]}`, only[1]);
}

function countsOf(branch: Branch): { readonly added: number; readonly removed: number } {
  const parts = [...branch.files, ...[...branch.directories.values()].map(countsOf)];
  return {
    added: parts.reduce((sum, part) => sum + part.added, 0),
    removed: parts.reduce((sum, part) => sum + part.removed, 0),
  };
}

const nameOf = (path: string) => path.slice(path.lastIndexOf('/') + 1);
const collator = new Intl.Collator('en', { numeric: true });
const byName = (a: string, b: string) => collator.compare(a, b) || (a < b ? -1 : 1);

export type ChangedAction =
  | { readonly kind: 'go' | 'open' | 'mark'; readonly path: string }
  | { readonly kind: 'fold'; readonly path: string; readonly open: boolean };

/** What a key does in the tree, as WAI-ARIA describes it; the space bar marks a file as read. Null: nothing. */
export function changedKey(key: string, rows: readonly ChangedRow[], active: number): ChangedAction | null {
  const row = rows[active];
  if (!row) return null;
  const go = (to: ChangedRow | undefined): ChangedAction | null =>
    to ? { kind: 'go', path: to.path } : null;
  const fold = (open: boolean): ChangedAction => ({ kind: 'fold', path: row.path, open });
  const isOpen = row.kind === 'directory' && row.open;
  switch (key) {
    case 'ArrowDown':
      return go(rows[active + 1] ?? row);
    case 'ArrowUp':
      return go(rows[active - 1] ?? row);
    case 'Home':
      return go(rows[0]);
    case 'End':
      return go(rows.at(-1));
    case 'ArrowRight':
      if (row.kind === 'file') return null;
      return isOpen ? go(rows[active + 1]) : fold(true);
    case 'ArrowLeft':
      return isOpen ? fold(false) : go(rows.slice(0, active).findLast((above) => above.level < row.level));
    case 'Enter':
      return opened(row);
    case ' ':
      return row.kind === 'file' ? { kind: 'mark', path: row.path } : fold(!row.open);
    default:
      return null;
  }
}

/** What a click does. */
export function opened(row: ChangedRow): ChangedAction {
  return row.kind === 'file'
    ? { kind: 'open', path: row.path }
    : { kind: 'fold', path: row.path, open: !row.open };
}

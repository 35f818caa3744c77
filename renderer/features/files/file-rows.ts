import { never } from '@shared/util/never.ts';
import { type Files, type Found, parentOf } from '../../state/files.ts';

/** One line of the tree. A note stands where something cannot be shown; it cannot be opened. */
export type FileRow =
  | {
      readonly kind: 'file' | 'directory';
      readonly path: string;
      readonly name: string;
      readonly level: number;
      /** From 1, among its siblings. */
      readonly position: number;
      readonly siblings: number;
      /** Of a directory. */
      readonly open: boolean;
      readonly ignored: boolean;
      /** Where it lies, in a list that is no tree. */
      readonly below?: string;
    }
  | { readonly kind: 'note'; readonly path: string; readonly level: number; readonly text: string };

/** Git's own is not the person's. */
const HIDDEN = '.git';

type Shown = Pick<Files, 'folders' | 'expanded'>;

/** What the tree shows, from top to bottom. */
export function fileRows(files: Shown): readonly FileRow[] {
  return rowsBelow(files, { path: '', level: 1, ignored: false });
}

interface Place {
  readonly path: string;
  readonly level: number;
  readonly ignored: boolean;
}

function rowsBelow(files: Shown, { path, level, ignored }: Place): readonly FileRow[] {
  const folder = files.folders[path];
  const listing = folder?.listing ?? null;
  const note = (text: string): FileRow => ({ kind: 'note', path: `${path}/`, level, text });
  const entries = listing?.entries.filter(({ name }) => name !== HIDDEN) ?? [];
  const rows = entries.flatMap((entry, at): readonly FileRow[] => {
    const below = path === '' ? entry.name : `${path}/${entry.name}`;
    const open = entry.kind === 'directory' && files.expanded.has(below);
    const dim = ignored || entry.ignored;
    const row: FileRow = {
      ...entry,
      path: below,
      level,
      position: at + 1,
      siblings: entries.length,
      open,
      ignored: dim,
    };
    return open ? [row, ...rowsBelow(files, { path: below, level: level + 1, ignored: dim })] : [row];
  });
  if (folder?.failure) return [note(folder.failure), ...rows];
  if (listing === null) return [note('…')];
  if (listing.truncated)
    return [...rows, note(`Only ${listing.entries.length.toLocaleString('en')} of more are shown`)];
  return rows.length > 0 ? rows : [note('Empty')];
}

/** What the filter found, as a list. */
export function foundRows({ paths, note }: Found): readonly FileRow[] {
  const rows = paths.map(
    (path, at): FileRow => ({
      kind: 'file',
      path,
      name: path.slice(path.lastIndexOf('/') + 1),
      level: 1,
      position: at + 1,
      siblings: paths.length,
      open: false,
      ignored: false,
      below: parentOf(path),
    }),
  );
  return note === null ? rows : [...rows, { kind: 'note', path: '/', level: 1, text: note }];
}

/** The row that the keys act on; when it has gone, its directory's, or the first one. */
export function activeRow(rows: readonly FileRow[], active: string | null): number {
  for (let path = active; path; path = parentOf(path)) {
    const at = rows.findIndex((row) => row.path === path);
    if (at >= 0) return at;
  }
  return 0;
}

export type TreeAction =
  | { readonly kind: 'go'; readonly path: string }
  | { readonly kind: 'fold'; readonly path: string; readonly open: boolean }
  | { readonly kind: 'open'; readonly path: string };

/** What a key does in the tree, as WAI-ARIA describes it; null: nothing, the key is somebody else's. */
export function treeKey(key: string, rows: readonly FileRow[], active: string | null): TreeAction | null {
  const at = activeRow(rows, active);
  const row = rows[at];
  if (!row) return null;
  switch (key) {
    case 'ArrowDown':
      return go(rows[at + 1] ?? row);
    case 'ArrowUp':
      return go(rows[at - 1] ?? row);
    case 'Home':
      return go(rows[0]);
    case 'End':
      return go(rows.at(-1));
    case 'ArrowRight':
      if (row.kind !== 'directory') return null;
      return row.open ? go(rows[at + 1]) : { kind: 'fold', path: row.path, open: true };
    case 'ArrowLeft':
      if (row.kind === 'directory' && row.open) return { kind: 'fold', path: row.path, open: false };
      return go(rows.slice(0, at).findLast((above) => above.level < row.level));
    case 'Enter':
    case ' ':
      return opening(row);
    default:
      return null;
  }
}

/** What a click does: a directory folds, a file is shown. */
export function opening(row: FileRow): TreeAction | null {
  switch (row.kind) {
    case 'directory':
      return { kind: 'fold', path: row.path, open: !row.open };
    case 'file':
      return { kind: 'open', path: row.path };
    case 'note':
      return null;
    default:
      return never(row);
  }
}

function go(row: FileRow | undefined): TreeAction | null {
  return row ? { kind: 'go', path: row.path } : null;
}

/** The next row whose name begins with what was typed; one letter again and again goes through all of them. */
export function typedRow(typed: string, rows: readonly FileRow[], active: string | null): string | null {
  const first = typed.slice(0, 1);
  const isRepeated = typed === first.repeat(typed.length);
  const wanted = (isRepeated ? first : typed).toLowerCase();
  const at = active === null ? -1 : activeRow(rows, active);
  // More letters may keep the row that is active; the same letter looks further.
  const from = isRepeated ? at + 1 : Math.max(0, at);
  const inOrder = [...rows.slice(from), ...rows.slice(0, from)];
  const found = inOrder.find((row) => row.kind !== 'note' && row.name.toLowerCase().startsWith(wanted));
  return found?.path ?? null;
}

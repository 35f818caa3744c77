import type { GitChange, GitFile, GitStatus } from '@shared/agent-protocol/git.ts';

type Parsed = Pick<GitStatus, 'branch' | 'commit' | 'upstream' | 'files'>;

const CHANGES: Readonly<Record<string, GitChange>> = {
  '.': 'same',
  M: 'modified',
  T: 'type-changed',
  A: 'added',
  D: 'deleted',
  R: 'renamed',
  C: 'copied',
  U: 'unmerged',
};

/** Reads `git status --porcelain=v2 --branch -z`. A record that is cut off is passed over. */
export function parseStatus(text: string): Parsed {
  const records = text.split('\0');
  // What stands behind the last NUL is no whole record.
  records.pop();
  const headers = new Map<string, string>();
  const files: GitFile[] = [];
  for (let at = 0; at < records.length; at++) {
    const record = records[at] ?? '';
    if (record.startsWith('# ')) {
      const [, name = '', value = ''] = /^# (\S+) (.*)$/s.exec(record) ?? [];
      headers.set(name, value);
      continue;
    }
    const isMoved = record.startsWith('2 ');
    // A rename has its source in the next record.
    const from = isMoved ? records[++at] : undefined;
    if (isMoved && from === undefined) break;
    const file = fileOf(record, from ?? null);
    if (file) files.push(file);
  }
  return { ...headOf(headers), files };
}

function headOf(headers: ReadonlyMap<string, string>): Omit<Parsed, 'files'> {
  const head = headers.get('branch.head') ?? '(detached)';
  const oid = headers.get('branch.oid') ?? '(initial)';
  const upstream = headers.get('branch.upstream');
  const counts = /^\+(\d+) -(\d+)$/.exec(headers.get('branch.ab') ?? '');
  return {
    branch: head === '(detached)' ? null : head,
    commit: oid === '(initial)' ? null : oid,
    upstream:
      upstream === undefined
        ? null
        : {
            name: upstream,
            ahead: counts ? Number(counts[1]) : null,
            behind: counts ? Number(counts[2]) : null,
          },
  };
}

/** How many fields stand before the path, by the kind of record. */
const FIELDS: Readonly<Record<string, number>> = { '1': 8, '2': 9, u: 10 };

/** Null: no record of a file. */
function fileOf(record: string, from: string | null): GitFile | null {
  const kind = record[0] ?? '';
  if (kind === '?') {
    const path = record.slice(2);
    return { path, from: null, index: 'same', worktree: 'untracked', submodule: false };
  }
  const count = FIELDS[kind];
  if (count === undefined) return null;
  const fields = record.split(' ');
  const path = fields.slice(count).join(' ');
  const [x = '', y = ''] = fields[1] ?? '';
  if (path === '') return null;
  const isUnmerged = kind === 'u';
  return {
    path,
    from,
    index: isUnmerged ? 'unmerged' : (CHANGES[x] ?? 'same'),
    worktree: isUnmerged ? 'unmerged' : (CHANGES[y] ?? 'same'),
    submodule: fields[2]?.startsWith('S') ?? false,
  };
}

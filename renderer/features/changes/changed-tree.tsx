import type { ChangedFile, FileStatus } from '@shared/contract/changes.ts';
import { Check, ChevronDown, ChevronRight, Circle } from 'lucide-react';
import { type CSSProperties, type KeyboardEvent, memo, useCallback, useId, useMemo, useRef } from 'react';
import { Virtualizer, type VirtualizerHandle } from 'virtua';
import { useStore } from 'zustand';
import type { ChangesSession } from '../../state/changes.ts';
import { Escaped } from '../../ui/escaped.tsx';
import { FileIcon } from '../../ui/file-icon.tsx';
import { type ChangedAction, type ChangedRow, changedKey, changedRows, opened } from './changed-rows.ts';
import { Counts } from './counts.tsx';

interface ChangedTreeProps {
  readonly session: ChangesSession;
  readonly files: readonly ChangedFile[];
  readonly isRead: (file: ChangedFile) => boolean;
  readonly onMark: (file: ChangedFile) => void;
}

/** The tree "Changed files": one tab stop, walked by the arrow keys, virtual. */
export function ChangedTree({ session, files, isRead, onMark }: ChangedTreeProps) {
  const closed = useStore(session.store, (s) => s.closed);
  const selected = useStore(session.store, (s) => s.selected);
  const activePath = useStore(session.store, (s) => s.active);
  const rows = useMemo(() => changedRows(files, closed), [files, closed]);
  const active = Math.max(
    0,
    rows.findIndex(({ path }) => path === activePath),
  );
  const name = useId();
  const idOf = (row: ChangedRow | undefined) => row && `${name}${encodeURIComponent(row.path)}`;
  const handle = useRef<VirtualizerHandle>(null);
  const scroller = useRef<HTMLDivElement>(null);
  const act = useCallback(
    (action: ChangedAction) => {
      session.setActive(action.path);
      if (action.kind === 'open') session.select(action.path);
      if (action.kind === 'fold') session.setClosed(action.path, !action.open);
      const file = action.kind === 'mark' && files.find(({ path }) => path === action.path);
      if (file) onMark(file);
    },
    [session, files, onMark],
  );
  const onKeyDown = (event: KeyboardEvent) => {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    const action = changedKey(event.key, rows, active);
    if (!action) return;
    event.preventDefault();
    act(action);
    const to = rows.findIndex(({ path }) => path === action.path);
    if (to >= 0) handle.current?.scrollToIndex(to, { align: 'nearest' });
  };
  return (
    <div
      ref={scroller}
      className="changed-tree"
      role="tree"
      aria-label="Changed files"
      tabIndex={0}
      aria-activedescendant={idOf(rows[active])}
      onKeyDown={onKeyDown}
      style={{ '--rows': rows.length } as CSSProperties}
    >
      <Virtualizer ref={handle} scrollRef={scroller} itemSize={24} bufferSize={240}>
        {rows.map((row, at) => (
          <Row
            key={`${row.kind}${row.path}`}
            id={idOf(row) ?? ''}
            row={row}
            active={at === active}
            selected={row.kind === 'file' && row.path === selected}
            read={row.file !== null && isRead(row.file)}
            onAct={act}
          />
        ))}
      </Virtualizer>
    </div>
  );
}

const LETTER: Readonly<Record<FileStatus, string | null>> = {
  added: 'A',
  untracked: 'U',
  deleted: 'D',
  modified: null,
  renamed: 'R',
  copied: 'C',
  'type-changed': 'T',
  unmerged: '!',
};

const STATUS_WORDS: Readonly<Record<FileStatus, string>> = {
  added: 'added',
  untracked: 'not tracked yet',
  deleted: 'deleted',
  modified: 'changed',
  renamed: 'renamed',
  copied: 'copied',
  'type-changed': 'another kind of file',
  unmerged: 'in conflict',
};

/** "a.ts, renamed, 3 added, 1 removed". */
function labelOf({ name, file, added, removed }: ChangedRow): string {
  const counts = [...(added > 0 ? [`${added} added`] : []), ...(removed > 0 ? [`${removed} removed`] : [])];
  return [name, ...(file ? [STATUS_WORDS[file.status]] : []), ...counts].join(', ');
}

interface RowProps {
  readonly id: string;
  readonly row: ChangedRow;
  readonly active: boolean;
  readonly selected: boolean;
  readonly read: boolean;
  readonly onAct: (action: ChangedAction) => void;
}

const Row = memo(({ id, row, active, selected, read, onAct }: RowProps) => {
  const { file } = row;
  const Caret = row.open ? ChevronDown : ChevronRight;
  const letter = file && LETTER[file.status];
  return (
    <div
      id={id}
      role="treeitem"
      aria-level={row.level}
      aria-setsize={row.siblings}
      aria-posinset={row.position}
      aria-expanded={file ? undefined : row.open}
      aria-selected={selected}
      aria-checked={file ? read : undefined}
      aria-label={labelOf(row)}
      className={`changed ${active ? 'active' : ''} ${selected ? 'on' : ''} ${read ? 'read' : ''}`}
      style={{ '--level': row.level - 1 } as CSSProperties}
      onClick={() => onAct(opened(row))}
    >
      <span className="car">{!file && <Caret className="i xs" aria-hidden="true" />}</span>
      <FileIcon name={row.name} kind={row.kind} open={row.open} />
      <span
        className={`file-name ${file?.status === 'deleted' ? 'gone' : ''}`}
        title={file?.path ?? row.path}
      >
        <Escaped text={row.name} />
      </span>
      {file && letter && (
        <span className={`letter ${file.status}`} title={STATUS_WORDS[file.status]}>
          {letter}
        </span>
      )}
      <Counts added={row.added} removed={row.removed} binary={file?.binary ?? false} />
      {file ? (
        <span
          className="read-mark"
          title={read ? 'Read' : 'Not read yet'}
          onClick={(event) => {
            event.stopPropagation();
            onAct({ kind: 'mark', path: file.path });
          }}
        >
          {read ? (
            <Check className="i xs" aria-hidden="true" />
          ) : (
            <Circle className="i unread" aria-hidden="true" />
          )}
        </span>
      ) : (
        <span />
      )}
    </div>
  );
});
Row.displayName = 'Row';

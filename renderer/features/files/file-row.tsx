import { ChevronDown, ChevronRight } from 'lucide-react';
import { type CSSProperties, memo } from 'react';
import { Escaped } from '../../ui/escaped.tsx';
import { FileIcon } from '../../ui/file-icon.tsx';
import type { FileRow } from './file-rows.ts';

interface FileRowProps {
  readonly id: string;
  readonly row: FileRow;
  /** The keys act on it. */
  readonly active: boolean;
  /** Its file is shown. */
  readonly selected: boolean;
  readonly onOpen: (row: FileRow) => void;
  readonly onMenu: (row: FileRow, at: { readonly x: number; readonly y: number }) => void;
}

const indent = (level: number) => ({ '--level': level - 1 }) as CSSProperties;

export const FileLine = memo(({ id, row, active, selected, onOpen, onMenu }: FileRowProps) => {
  if (row.kind === 'note') {
    return (
      <div
        id={id}
        role="treeitem"
        aria-level={row.level}
        aria-disabled="true"
        className={`file note ${active ? 'active' : ''}`}
        style={indent(row.level)}
      >
        {row.text}
      </div>
    );
  }
  const Caret = row.open ? ChevronDown : ChevronRight;
  return (
    <div
      id={id}
      role="treeitem"
      aria-level={row.level}
      aria-setsize={row.siblings}
      aria-posinset={row.position}
      aria-expanded={row.kind === 'directory' ? row.open : undefined}
      aria-selected={selected}
      className={`file ${active ? 'active' : ''} ${selected ? 'on' : ''} ${row.ignored ? 'dim' : ''}`}
      style={indent(row.level)}
      onClick={() => onOpen(row)}
      onContextMenu={(event) => {
        event.preventDefault();
        onMenu(row, { x: event.clientX, y: event.clientY });
      }}
    >
      <span className="car">
        {row.kind === 'directory' && <Caret className="i xs" aria-hidden="true" />}
      </span>
      <FileIcon name={row.name} kind={row.kind} open={row.open} />
      <span className="file-name">
        <Escaped text={row.name} />
        {row.below && (
          <span className="file-below">
            {' '}
            <Escaped text={row.below} />
          </span>
        )}
      </span>
    </div>
  );
});
FileLine.displayName = 'FileLine';

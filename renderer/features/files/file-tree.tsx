import type { WorkspaceSummary } from '@shared/model/workspace.ts';
import { type KeyboardEvent, useCallback, useId, useMemo, useRef, useState } from 'react';
import { Virtualizer, type VirtualizerHandle } from 'virtua';
import { useStore } from 'zustand';
import type { FilesSession } from '../../state/files.ts';
import type { Inspected } from '../../state/inspector.ts';
import { type AskedFile, FileMenu } from './file-menu.tsx';
import { FileLine } from './file-row.tsx';
import {
  activeRow,
  type FileRow,
  fileRows,
  foundRows,
  opening,
  type TreeAction,
  treeKey,
  typedRow,
} from './file-rows.ts';
import { useTyping } from './use-typing.ts';

interface FileTreeProps {
  readonly session: FilesSession;
  readonly place: WorkspaceSummary;
  readonly chatId: Inspected['chatId'];
}

/** The tree "Files": one tab stop, walked by the arrow keys and by typing, virtual. */
export function FileTree({ session, place, chatId }: FileTreeProps) {
  const { rows, active } = useRows(session);
  const shown = useStore(session.store, (s) => s.opened?.path ?? null);
  const act = useAct(session);
  const [asked, setAsked] = useState<AskedFile | null>(null);
  const closeMenu = useCallback(() => setAsked(null), []);
  const name = useId();
  const idOf = (path: string) => `${name}${encodeURIComponent(path)}`;
  const handle = useRef<VirtualizerHandle>(null);
  const scroller = useRef<HTMLDivElement>(null);
  const open = useCallback((row: FileRow) => act(opening(row)), [act]);
  const ask = useCallback(
    ({ path }: FileRow, at: AskedFile['at']) => {
      session.setActive(path);
      setAsked({ path, at });
    },
    [session],
  );
  const onKeyDown = useKeys(rows, active, {
    act(action) {
      act(action);
      const to = rows.findIndex((row) => row.path === action.path);
      if (to >= 0) handle.current?.scrollToIndex(to, { align: 'nearest' });
    },
    ask(row) {
      const box = document.getElementById(idOf(row.path))?.getBoundingClientRect();
      ask(row, { x: (box?.left ?? 0) + 40, y: box?.bottom ?? 0 });
    },
  });
  return (
    <div
      ref={scroller}
      className="file-tree"
      role="tree"
      aria-label="Files"
      tabIndex={0}
      aria-activedescendant={idOf(rows[active]?.path ?? '')}
      onKeyDown={onKeyDown}
    >
      <Virtualizer ref={handle} scrollRef={scroller} itemSize={24} bufferSize={240}>
        {rows.map((row, at) => (
          <FileLine
            key={row.path}
            id={idOf(row.path)}
            row={row}
            active={at === active}
            selected={row.path === shown}
            onOpen={open}
            onMenu={ask}
          />
        ))}
      </Virtualizer>
      {asked && <FileMenu asked={asked} place={place} chatId={chatId} onClose={closeMenu} />}
    </div>
  );
}

/** `active`: the index of the row that the keys act on. */
function useRows({ store }: FilesSession): { readonly rows: readonly FileRow[]; readonly active: number } {
  const folders = useStore(store, (s) => s.folders);
  const expanded = useStore(store, (s) => s.expanded);
  const path = useStore(store, (s) => s.active);
  const found = useStore(store, (s) => s.found);
  const rows = useMemo(
    () => (found ? foundRows(found) : fileRows({ folders, expanded })),
    [found, folders, expanded],
  );
  return { rows, active: activeRow(rows, path) };
}

function useAct(session: FilesSession): (action: TreeAction | null) => void {
  return useCallback(
    (action) => {
      if (!action) return;
      session.setActive(action.path);
      if (action.kind === 'open') session.open(action.path);
      if (action.kind === 'fold') session.setExpanded(action.path, action.open);
    },
    [session],
  );
}

interface KeyTargets {
  readonly act: (action: TreeAction) => void;
  readonly ask: (row: FileRow) => void;
}

function useKeys(rows: readonly FileRow[], active: number, { act, ask }: KeyTargets) {
  const typed = useTyping();
  return (event: KeyboardEvent) => {
    const row = rows[active];
    if (!row || event.ctrlKey || event.metaKey || event.altKey) return;
    if (isMenuKey(event)) {
      if (row.kind !== 'note') ask(row);
    } else {
      const letters = typed(event);
      const action = letters === null ? treeKey(event.key, rows, row.path) : goTo(letters, rows, row.path);
      if (action === null) return;
      act(action);
    }
    event.preventDefault();
  };
}

function goTo(letters: string, rows: readonly FileRow[], from: string): TreeAction | null {
  const path = typedRow(letters, rows, from);
  return path === null ? null : { kind: 'go', path };
}

function isMenuKey({ key, shiftKey }: KeyboardEvent): boolean {
  return key === 'ContextMenu' || (key === 'F10' && shiftKey);
}

import type { ChatId } from '@shared/model/ids.ts';
import { type KeyboardEvent, type MouseEvent, type RefObject, useCallback, useRef, useState } from 'react';
import { Virtualizer, type VirtualizerHandle } from 'virtua';
import { useStore } from 'zustand';
import { archiveChat, archiveChats, chatsStore } from '../../state/chats.ts';
import { navStore, openChat } from '../../state/nav.ts';
import { fold } from '../../state/tree-view.ts';
import { useWish } from '../../state/wish.ts';
import { stepChat } from '../../state/wishes.ts';
import type { Point } from '../../ui/menu.tsx';
import type { FieldEnd } from '../../ui/title-field.tsx';
import { ChatRow } from './chat-row.tsx';
import { EmptyTree } from './empty-tree.tsx';
import { GroupRow } from './group-row.tsx';
import { type Asked, askedOf, RowMenu } from './row-menu.tsx';
import { rowId, treeKey } from './tree-keys.ts';
import { chatBeside, type TreeRow } from './tree-rows.ts';
import { type Picked, usePicked } from './use-picked.ts';
import { type RowDrag, usePinDrag } from './use-pin-drag.ts';
import { useCursor, useTree } from './use-tree.ts';

interface ChatTreeProps {
  readonly filter: string;
  readonly onUnfilter: () => void;
}

/** The tree "Chats": one tab stop, walked by the arrow keys, virtual. */
export function ChatTree({ filter, onUnfilter }: ChatTreeProps) {
  const selected = useStore(navStore, (s) => (s.route.view === 'chat' ? s.route.chatId : null));
  const rows = useTree(filter, selected);
  const loading = useStore(chatsStore, (s) => (s.showArchived ? s.archived : s.live) === null);
  const [renaming, setRenaming] = useState<string | null>(null);
  const [asked, setAsked] = useState<Asked | null>(null);
  const dragOf = usePinDrag();
  const scroller = useRef<HTMLDivElement>(null);
  const handle = useRef<VirtualizerHandle>(null);
  const moves = useMoves(rows, selected, handle);
  const { at, picked, press, remove } = moves;
  useSteps(rows, selected);
  const renamed = (how: FieldEnd) => {
    setRenaming(null);
    if (how === 'key') scroller.current?.focus();
  };
  const closeMenu = useCallback(() => setAsked(null), []);
  const onKeyDown = (event: KeyboardEvent) => {
    const row = rows[at];
    const keys = { ...moves, rows, fold: foldRow, rename: setRenaming, ask: setAsked };
    if (!row || !treeKey(event, { ...keys, row, remove: () => remove(row) })) return;
    event.preventDefault();
    event.stopPropagation();
  };
  if (rows.length === 0) return <EmptyTree {...{ loading, onUnfilter }} filtered={filter.trim() !== ''} />;
  const common = {
    selected,
    renaming,
    picked,
    dragOf,
    onPress: press,
    onRenamed: renamed,
    onMenu: setAsked,
  };
  return (
    <div
      ref={scroller}
      className="tree"
      aria-busy={loading}
      role="tree"
      aria-label="Chats"
      aria-multiselectable
      tabIndex={0}
      aria-activedescendant={`tree-${rows[at]?.key}`}
      onKeyDown={onKeyDown}
    >
      <Virtualizer ref={handle} scrollRef={scroller} itemSize={36} bufferSize={400}>
        {rows.map((row, i) => (
          <AnyTreeRow key={row.key} row={row} active={i === at} onFold={foldRow} {...common} />
        ))}
      </Virtualizer>
      {asked && <RowMenu asked={asked} onRename={setRenaming} onRemove={remove} onClose={closeMenu} />}
    </div>
  );
}

function foldRow(row: TreeRow, open: boolean): void {
  fold(row.key, open);
}

/** Where the keys are in the tree, and what a press, a key or a menu does there. */
function useMoves(
  rows: readonly TreeRow[],
  selected: ChatId | null,
  handle: RefObject<VirtualizerHandle | null>,
) {
  const [activeKey, setActiveKey] = useCursor(selected);
  const picked = usePicked(rows);
  const at = placeOf(activeKey, rows);
  const open = (row: TreeRow) => {
    setActiveKey(row.key);
    picked.clear();
    if (row.kind === 'group') foldRow(row, !row.open);
    else openChat(row.chat.id);
  };
  const press = (row: TreeRow, event: MouseEvent) => {
    if (event.shiftKey) picked.extend(at, placeOf(row.key, rows));
    else if (event.ctrlKey || event.metaKey) picked.toggle(row);
    else return open(row);
    setActiveKey(row.key);
  };
  const go = (to: number) => {
    const row = rows[to];
    if (!row) return;
    setActiveKey(row.key);
    handle.current?.scrollToIndex(to, { align: 'nearest' });
  };
  const remove = (row: TreeRow) => removeRow(row, { at, rows, go, picked });
  return { at, picked, open, press, go, remove };
}

/** The commands "Next chat" and "Previous chat" follow what the tree shows. */
function useSteps(rows: readonly TreeRow[], selected: ChatId | null): void {
  useWish(stepChat, (by) => {
    const next = chatBeside(rows, selected, by);
    if (next) openChat(next);
  });
}

/** The first row, when there is none of this key. */
function placeOf(key: string | null, rows: readonly TreeRow[]): number {
  const at = rows.findIndex((row) => row.key === key);
  return at < 0 ? 0 : at;
}

interface AnyTreeRowProps {
  readonly row: TreeRow;
  readonly active: boolean;
  readonly selected: string | null;
  readonly renaming: string | null;
  readonly picked: Picked;
  readonly dragOf: (row: TreeRow & { kind: 'chat' }) => RowDrag;
  readonly onPress: (row: TreeRow, event: MouseEvent) => void;
  readonly onFold: (row: TreeRow, open: boolean) => void;
  readonly onRenamed: (how: FieldEnd) => void;
  readonly onMenu: (asked: Asked) => void;
}

function AnyTreeRow(props: AnyTreeRowProps) {
  const { row, active, selected, renaming, picked, onRenamed, onMenu } = props;
  const press = (event: MouseEvent) => props.onPress(row, event);
  const ask = (at: Point) => {
    const asked = askedOf(row, at, picked);
    if (asked) onMenu(asked);
  };
  if (row.kind === 'group')
    return <GroupRow id={rowId(row)} row={row} active={active} onPress={press} onMenu={ask} />;
  return (
    <ChatRow
      id={rowId(row)}
      row={row}
      active={active}
      selected={row.chat.id === selected}
      picked={picked.keys.has(row.key)}
      renaming={renaming === row.key}
      drag={props.dragOf(row)}
      onPress={press}
      onFold={(to) => props.onFold(row, to)}
      onRenamed={onRenamed}
      onMenu={ask}
    />
  );
}

interface Around {
  readonly at: number;
  readonly rows: readonly TreeRow[];
  readonly go: (to: number) => void;
  readonly picked: Picked;
}

/** The row goes away, or all that are picked; the keys then act on the chat below, or above the last one. */
function removeRow(row: TreeRow, { at, rows, go, picked }: Around): void {
  if (row.kind !== 'chat') return;
  const together = picked.keys.has(row.key) && picked.chats.length > 1;
  const gone = together ? new Set(picked.chats.map(({ id }) => id)) : new Set([row.chat.id]);
  void (together ? archiveChats(picked.chats) : archiveChat(row.chat, !row.chat.archived));
  picked.clear();
  const here = rows[at];
  if (here?.kind !== 'chat' || !gone.has(here.chat.id)) return;
  const stays = (r: TreeRow) => r.kind === 'chat' && !gone.has(r.chat.id);
  const below = rows.findIndex((r, i) => i > at && stays(r));
  go(below >= 0 ? below : rows.findLastIndex((r, i) => i < at && stays(r)));
}

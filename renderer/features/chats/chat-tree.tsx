import type { ChatSummary } from '@shared/model/chat.ts';
import type { ChatId } from '@shared/model/ids.ts';
import { type KeyboardEvent, useCallback, useMemo, useRef, useState } from 'react';
import { Virtualizer, type VirtualizerHandle } from 'virtua';
import { useStore } from 'zustand';
import { archiveChat, type ChatMap, chatsStore } from '../../state/chats.ts';
import { lastKnown } from '../../state/last-known.ts';
import { navStore, openChat } from '../../state/nav.ts';
import { useSeconds } from '../../state/ticks.ts';
import { useWish } from '../../state/wish.ts';
import { stepChat } from '../../state/wishes.ts';
import { workspacesStore } from '../../state/workspaces.ts';
import { Empty } from '../../ui/empty.tsx';
import type { Point } from '../../ui/menu.tsx';
import type { FieldEnd } from '../../ui/title-field.tsx';
import { ChatRow } from './chat-row.tsx';
import { GroupRow } from './group-row.tsx';
import { type Asked, RowMenu } from './row-menu.tsx';
import { chatBeside, type TreeRow, treeRows } from './tree-rows.ts';

const LAST_KNOWN: ChatMap = new Map(lastKnown?.chats.map((chat) => [chat.id, chat]));
const NO_CHATS: ChatMap = new Map();
const idOf = (row: TreeRow) => `tree-${row.key}`;

function useTree(
  filter: string,
  selected: ChatId | null,
  toggled: Readonly<Record<string, boolean>>,
): readonly TreeRow[] {
  const archived = useStore(chatsStore, (s) => s.showArchived);
  const chats = useStore(chatsStore, (s) =>
    s.showArchived ? (s.archived ?? NO_CHATS) : (s.live ?? LAST_KNOWN),
  );
  const workspaces = useStore(workspacesStore, (s) => s.list);
  const nowMs = useSeconds(false);
  return useMemo(() => {
    const shown = [...chats.values()].filter((c) => c.archived === archived);
    const words = filter.trim();
    return treeRows({
      chats: shown,
      workspaces: workspaces ?? lastKnown?.workspaces ?? [],
      filter: words,
      selected,
      toggled,
      nowMs,
    });
  }, [chats, workspaces, filter, selected, toggled, nowMs, archived]);
}

/** The row that the keys act on. It goes along when another chat is opened, however that happens. */
function useCursor(selected: string | null) {
  const [cursor, setCursor] = useState({ key: selected, selected });
  if (cursor.selected !== selected) setCursor({ key: selected ?? cursor.key, selected });
  const move = (key: string) => setCursor((c) => ({ ...c, key }));
  return [cursor.key, move] as const;
}

/** The tree "Chats": one tab stop, walked by the arrow keys, virtual. */
export function ChatTree({ filter }: { readonly filter: string }) {
  const [toggled, setToggled] = useState<Readonly<Record<string, boolean>>>({});
  const selected = useStore(navStore, (s) => (s.route.view === 'chat' ? s.route.chatId : null));
  const rows = useTree(filter, selected, toggled);
  const loading = useStore(chatsStore, (s) => (s.showArchived ? s.archived : s.live) === null);
  const [activeKey, setActiveKey] = useCursor(selected);
  const [renaming, setRenaming] = useState<string | null>(null);
  const [asked, setAsked] = useState<Asked | null>(null);
  const scroller = useRef<HTMLDivElement>(null);
  const handle = useRef<VirtualizerHandle>(null);
  const at = placeOf(activeKey, rows);
  const open = (row: TreeRow) => {
    setActiveKey(row.key);
    if (row.kind === 'group') fold(row, !row.open);
    else openChat(row.chat.id);
  };
  const fold = (row: TreeRow, open: boolean) => setToggled((t) => ({ ...t, [row.key]: open }));
  const go = (to: number) => {
    const row = rows[to];
    if (!row) return;
    setActiveKey(row.key);
    handle.current?.scrollToIndex(to, { align: 'nearest' });
  };
  useSteps(rows, selected);
  const renamed = (how: FieldEnd) => {
    setRenaming(null);
    if (how === 'key') scroller.current?.focus();
  };
  const closeMenu = useCallback(() => setAsked(null), []);
  const onKeyDown = (event: KeyboardEvent) => {
    const row = rows[at];
    const keys = { at, rows, go, open, fold, rename: setRenaming, ask: setAsked };
    if (!row || !treeKey(event, { ...keys, row })) return;
    event.preventDefault();
    event.stopPropagation();
  };
  const onRemove = (chat: ChatSummary) => remove(chat, { at, rows, go });
  if (rows.length === 0) return <EmptyTree loading={loading} filtered={filter.trim() !== ''} />;
  const common = { selected, renaming, onOpen: open, onFold: fold, onRenamed: renamed, onMenu: setAsked };
  return (
    <div
      ref={scroller}
      className="tree"
      aria-busy={loading}
      role="tree"
      aria-label="Chats"
      tabIndex={0}
      aria-activedescendant={`tree-${rows[at]?.key}`}
      onKeyDown={onKeyDown}
    >
      <Virtualizer ref={handle} scrollRef={scroller} itemSize={36} bufferSize={400}>
        {rows.map((row, i) => (
          <AnyTreeRow key={row.key} row={row} active={i === at} {...common} />
        ))}
      </Virtualizer>
      {asked && <RowMenu asked={asked} onRename={setRenaming} onRemove={onRemove} onClose={closeMenu} />}
    </div>
  );
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
  readonly onOpen: (row: TreeRow) => void;
  readonly onFold: (row: TreeRow, open: boolean) => void;
  readonly onRenamed: (how: FieldEnd) => void;
  readonly onMenu: (asked: Asked) => void;
}

function AnyTreeRow(props: AnyTreeRowProps) {
  const { row, active, selected, renaming, onRenamed, onMenu } = props;
  const open = () => props.onOpen(row);
  const ask = (at: Point) => {
    const asked = askedOf(row, at);
    if (asked) onMenu(asked);
  };
  if (row.kind === 'group')
    return <GroupRow id={idOf(row)} row={row} active={active} onOpen={open} onMenu={ask} />;
  return (
    <ChatRow
      id={idOf(row)}
      row={row}
      active={active}
      selected={row.chat.id === selected}
      renaming={renaming === row.key}
      onOpen={open}
      onFold={(to) => props.onFold(row, to)}
      onRenamed={onRenamed}
      onMenu={ask}
    />
  );
}

/** Null: the row has no actions. */
function askedOf(row: TreeRow, at: Point): Asked | null {
  if (row.kind === 'chat') return { kind: 'chat', chat: row.chat, at };
  return row.workspace && { kind: 'group', workspace: row.workspace, at };
}

interface TreeKeys {
  readonly row: TreeRow;
  readonly at: number;
  readonly rows: readonly TreeRow[];
  readonly go: (to: number) => void;
  readonly open: (row: TreeRow) => void;
  readonly fold: (row: TreeRow, open: boolean) => void;
  readonly rename: (key: string) => void;
  readonly ask: (asked: Asked) => void;
}

/** The keys of a tree as WAI-ARIA describes them, and the actions of a row. True: the key was taken. */
function treeKey(event: KeyboardEvent, keys: TreeKeys): boolean {
  const { row, at, rows, go, open } = keys;
  const { key } = event;
  if (key === 'ArrowDown') go(at + 1);
  else if (key === 'ArrowUp') go(at - 1);
  else if (key === 'Home') go(0);
  else if (key === 'End') go(rows.length - 1);
  else if (key === 'Enter' || key === ' ') open(row);
  else if (key === 'ArrowLeft' || key === 'ArrowRight') sideways(key === 'ArrowRight', keys);
  else if (row.kind === 'chat' && key === 'F2') keys.rename(row.key);
  else if (row.kind === 'chat' && row.level === 2 && key === 'Delete') remove(row.chat, keys);
  else if (key === 'ContextMenu' || (key === 'F10' && event.shiftKey)) {
    const box = document.getElementById(idOf(row))?.getBoundingClientRect();
    const asked = askedOf(row, { x: (box?.left ?? 0) + 40, y: box?.bottom ?? 0 });
    if (!asked) return false;
    keys.ask(asked);
  } else return false;
  return true;
}

/** The row goes away; the keys then act on the chat below it, or above the last one. */
function remove(chat: ChatSummary, { at, rows, go }: Pick<TreeKeys, 'at' | 'rows' | 'go'>): void {
  void archiveChat(chat, !chat.archived);
  if (rows[at]?.key !== chat.id) return;
  const below = rows.findIndex((r, i) => i > at && r.kind === 'chat');
  go(below >= 0 ? below : rows.findLastIndex((r, i) => i < at && r.kind === 'chat'));
}

function sideways(right: boolean, { row, at, rows, go, fold }: TreeKeys): void {
  const open = row.kind === 'group' ? row.open : (row.family?.open ?? null);
  if (open !== null && open !== right) fold(row, right);
  else if (right && open !== null) go(at + 1);
  else if (!right && row.kind === 'chat')
    go(rows.findLastIndex((r, i) => i < at && (r.kind === 'group' || r.level < row.level)));
}

function EmptyTree({ loading, filtered }: { readonly loading: boolean; readonly filtered: boolean }) {
  const archived = useStore(chatsStore, (s) => s.showArchived);
  const text = loading ? '' : filtered ? 'No chat matches' : archived ? 'Nothing archived' : 'No chats yet';
  return (
    <div className="tree" role="tree" aria-label="Chats" tabIndex={0}>
      <Empty text={text} />
    </div>
  );
}

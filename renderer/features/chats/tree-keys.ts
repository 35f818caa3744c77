import type { KeyboardEvent } from 'react';
import { pinChat } from '../../state/chats.ts';
import { type Asked, askedOf } from './row-menu.tsx';
import type { TreeRow } from './tree-rows.ts';
import type { Picked } from './use-picked.ts';

export const rowId = (row: TreeRow) => `tree-${row.key}`;

export interface TreeKeys {
  readonly row: TreeRow;
  readonly at: number;
  readonly rows: readonly TreeRow[];
  readonly picked: Picked;
  readonly go: (to: number) => void;
  readonly open: (row: TreeRow) => void;
  readonly fold: (row: TreeRow, open: boolean) => void;
  readonly rename: (key: string) => void;
  readonly ask: (asked: Asked) => void;
  readonly remove: () => void;
}

/** The keys of a tree as WAI-ARIA describes them, and the actions of a row. True: the key was taken. */
export function treeKey(event: KeyboardEvent, keys: TreeKeys): boolean {
  const { row, at, rows, picked, go, open } = keys;
  const { key, shiftKey, altKey } = event;
  const mod = event.ctrlKey || event.metaKey;
  if (key === ' ' && mod) picked.toggle(row);
  else if (mod) return false;
  else if (altKey) return movePin(key, row);
  else if (key === 'ArrowDown' || key === 'ArrowUp') {
    const to = key === 'ArrowDown' ? at + 1 : at - 1;
    if (shiftKey && rows[to]) picked.extend(at, to);
    go(to);
  } else if (key === 'Home') go(0);
  else if (key === 'End') go(rows.length - 1);
  else if (key === 'Enter' || key === ' ') open(row);
  else if (key === 'ArrowLeft' || key === 'ArrowRight') sideways(key === 'ArrowRight', keys);
  else if (key === 'Escape' && picked.keys.size > 0) picked.clear();
  else return actionKey(event, keys);
  return true;
}

function actionKey({ key, shiftKey }: KeyboardEvent, { row, picked, ...keys }: TreeKeys): boolean {
  if (key === 'ContextMenu' || (key === 'F10' && shiftKey)) {
    const box = document.getElementById(rowId(row))?.getBoundingClientRect();
    const asked = askedOf(row, { x: (box?.left ?? 0) + 40, y: box?.bottom ?? 0 }, picked);
    if (asked) keys.ask(asked);
    return asked !== null;
  }
  if (row.kind !== 'chat') return false;
  if (key === 'F2') keys.rename(row.key);
  else if (key === 'Delete' && (row.level === 2 || picked.chats.length > 0)) keys.remove();
  else return false;
  return true;
}

/** Among the pinned chats; elsewhere the stroke is left to the window. */
function movePin(key: string, row: TreeRow): boolean {
  const by = key === 'ArrowUp' ? -1 : key === 'ArrowDown' ? 1 : 0;
  if (by === 0 || row.kind !== 'chat' || row.pin === 0) return false;
  const to = row.pin + by;
  if (to >= 1 && to <= row.size) void pinChat(row.chat.id, to);
  return true;
}

function sideways(right: boolean, { row, at, rows, go, fold }: TreeKeys): void {
  const open = row.kind === 'group' ? row.open : (row.family?.open ?? null);
  if (open !== null && open !== right) fold(row, right);
  else if (right && open !== null) go(at + 1);
  else if (!right && row.kind === 'chat')
    go(rows.findLastIndex((r, i) => i < at && (r.kind === 'group' || r.level < row.level)));
}

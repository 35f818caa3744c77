import type { KeyboardEvent, MouseEvent } from 'react';
import type { ChatSession } from '../../state/live.ts';
import { focusMessage } from '../../state/nav.ts';
import type { MenuItem, Point } from '../../ui/menu.tsx';
import { rowActions } from './row-actions.ts';
import type { AnyRow } from './use-rows.ts';
import type { Walker } from './use-walk.ts';

export interface RowMenuAt {
  readonly label: string;
  readonly at: Point;
  readonly items: readonly MenuItem[];
}

/** J and K walk from row to row, letters act on the one with the focus, Esc goes back to the message box. */
export function useRowKeys(
  session: ChatSession,
  rows: readonly AnyRow[],
  walker: Walker,
  openMenu: (menu: RowMenuAt) => void,
) {
  const menuOf = (element: Element, at: Point): boolean => {
    const row = rows.find(({ key }) => key === rowKey(element));
    const items = row ? rowActions(session, row) : [];
    if (items.length > 0) openMenu({ label: 'Actions for this row', at, items });
    return items.length > 0;
  };
  const onKeyDown = (event: KeyboardEvent<HTMLElement>) => {
    const { target } = event;
    if (event.defaultPrevented || event.ctrlKey || event.metaKey || event.altKey) return;
    if (!(target instanceof HTMLElement) || !target.matches('[data-row]')) return;
    if (rowKeyDown(event, { session, rows, walker, menuOf })) event.preventDefault();
  };
  const onContextMenu = (event: MouseEvent<HTMLElement>) => {
    // What is selected has the menu of the system, if there is one.
    if (!(event.target instanceof Element) || getSelection()?.isCollapsed === false) return;
    if (menuOf(event.target, { x: event.clientX, y: event.clientY })) event.preventDefault();
  };
  const onPointerDown = ({ currentTarget }: { readonly currentTarget: HTMLElement }) => {
    delete currentTarget.dataset['keys'];
  };
  return { onKeyDown, onContextMenu, onPointerDown };
}

interface RowKeys {
  readonly session: ChatSession;
  readonly rows: readonly AnyRow[];
  readonly walker: Walker;
  readonly menuOf: (element: Element, at: Point) => boolean;
}

/** True: the key was taken. */
function rowKeyDown(event: KeyboardEvent<HTMLElement>, keys: RowKeys): boolean {
  const { session, rows, walker, menuOf } = keys;
  const at = walker.focused();
  const row = rows[at];
  if (!row) return false;
  const key = event.key.toLowerCase();
  const step = key === 'j' ? 1 : key === 'k' ? -1 : 0;
  if (step !== 0) {
    walker.focusRow(nextArticle(rows, at, step));
    return true;
  }
  if (event.key === 'Escape') {
    focusMessage();
    return true;
  }
  if (event.key === 'ContextMenu' || (event.key === 'F10' && event.shiftKey)) {
    const box = event.currentTarget.querySelector(`[data-row="${CSS.escape(row.key)}"]`);
    const edge = box?.getBoundingClientRect();
    return box !== null && menuOf(box, { x: (edge?.left ?? 0) + 24, y: (edge?.top ?? 0) + 24 });
  }
  if (event.shiftKey) return false;
  const action = rowActions(session, row).find(({ keys }) => keys.toLowerCase() === key);
  action?.run();
  return action !== undefined;
}

/** Lines between rows are passed over. */
function nextArticle(rows: readonly AnyRow[], from: number, step: 1 | -1): number {
  for (let at = from + step; at >= 0 && at < rows.length; at += step) {
    const row = rows[at];
    if (row && !isLine(row)) return at;
  }
  return from;
}

/** No article: it says nothing by itself. */
export function isLine(row: AnyRow): boolean {
  return ['time', 'day', 'new', 'forked', 'divider', 'interrupted'].includes(row.kind);
}

function rowKey(element: Element): string | undefined {
  return element.closest<HTMLElement>('[data-row]')?.dataset['row'];
}

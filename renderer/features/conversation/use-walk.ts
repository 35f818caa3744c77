import { type RefObject, useLayoutEffect, useRef } from 'react';
import type { VirtualizerHandle } from 'virtua';
import type { ChatSession } from '../../state/live.ts';
import { focusMessage } from '../../state/nav.ts';
import { useAttention } from '../../state/pane.ts';
import { useWish } from '../../state/wish.ts';
import { stepMessage } from '../../state/wishes.ts';
import { type Place, START_MARGIN_PX } from './use-place.ts';
import type { AnyRow } from './use-rows.ts';

/** How many frames a row that was scrolled to may take to be there, and how many pages back are asked for. */
const FRAMES = 120;
const PAGES = 5;

export interface Walker {
  /** Brings the row into sight and gives it the focus. */
  focusRow(at: number): void;
  /** Of the row that has the focus; -1: none. */
  focused(): number;
}

/** A command goes from message to message; a row that has the focus is walked from by J and K. */
export function useWalk(
  session: ChatSession,
  rows: readonly AnyRow[],
  place: Place,
  toLatest: () => void,
): Walker {
  const { scroller, handle, leave } = place;
  const now = useRef({ rows, toLatest });
  useLayoutEffect(() => {
    now.current = { rows, toLatest };
  });
  const walker: Walker = {
    focused: () => {
      const key = document.activeElement?.closest<HTMLElement>('[data-row]')?.dataset['row'];
      const isHere = scroller.current?.contains(document.activeElement) ?? false;
      return isHere ? now.current.rows.findIndex((row) => row.key === key) : -1;
    },
    focusRow: (at) => {
      const row = now.current.rows[at];
      if (!row || !scroller.current) return;
      // What is in sight anyway takes nobody away from the end.
      const top = (handle.current?.getItemOffset(at) ?? 0) + START_MARGIN_PX;
      if (top < scroller.current.scrollTop) leave();
      handle.current?.scrollToIndex(at, { align: at === now.current.rows.length - 1 ? 'end' : 'nearest' });
      focusWhenThere(scroller, row.key, FRAMES);
    },
  };
  const step = async (by: 1 | -1) => {
    for (let page = 0; page < PAGES; page++) {
      const from = fromWhere(walker.focused(), handle.current, scroller.current, now.current.rows);
      const at = by < 0 ? lastUser(now.current.rows, from) : nextUser(now.current.rows, from);
      if (at >= 0) return walker.focusRow(at);
      if (by > 0) {
        now.current.toLatest();
        return focusMessage();
      }
      if (session.store.getState().complete) return;
      await session.loadOlder();
      await nextFrame();
    }
  };
  useWish(stepMessage, (by) => void step(by), useAttention());
  return walker;
}

/** The row with the focus, else the first one in sight; at the end everything lies before. */
function fromWhere(
  focused: number,
  handle: VirtualizerHandle | null,
  scroller: HTMLElement | null,
  rows: readonly AnyRow[],
): number {
  if (focused >= 0 || !handle || !scroller) return focused;
  const { scrollTop, clientHeight, scrollHeight } = scroller;
  if (scrollHeight - scrollTop - clientHeight < clientHeight / 4) return rows.length;
  return handle.findItemIndex(handle.scrollOffset);
}

function lastUser(rows: readonly AnyRow[], before: number): number {
  return rows.findLastIndex((row, at) => at < before && row.kind === 'user');
}

function nextUser(rows: readonly AnyRow[], after: number): number {
  return rows.findIndex((row, at) => at > after && row.kind === 'user');
}

function focusWhenThere(scroller: RefObject<HTMLElement | null>, key: string, frames: number): void {
  const row = scroller.current?.querySelector<HTMLElement>(`[data-row="${CSS.escape(key)}"]`);
  if (row) focusByKey(row);
  else if (frames > 0) requestAnimationFrame(() => focusWhenThere(scroller, key, frames - 1));
}

/** A row that was pressed has the focus, too, and shows it no more than prose does. */
function focusByKey(row: HTMLElement): void {
  const feed = row.closest<HTMLElement>('.log');
  if (feed) feed.dataset['keys'] = '';
  row.focus({ preventScroll: true });
}

function nextFrame(): Promise<void> {
  return new Promise((resolve) => requestAnimationFrame(() => resolve()));
}

import type { ChatId } from '@shared/model/ids.ts';
import { type RefObject, useEffect, useLayoutEffect, useRef, useState } from 'react';
import type { VirtualizerHandle } from 'virtua';
import type { ChatSession } from '../../state/live.ts';
import { navStore } from '../../state/nav.ts';
import { type BottomHold, holdBottom } from './hold-bottom.ts';
import type { AnyRow } from './use-rows.ts';

/** Where a reader left a chat: the first row in sight, and how far it was scrolled past. Absent: at the end. */
const anchors = new Map<ChatId, { readonly key: string; readonly offset: number }>();

/** Space above the first row (`.log-inner` has it as padding). */
export const START_MARGIN_PX = 14;

export interface Place {
  readonly scroller: RefObject<HTMLDivElement | null>;
  readonly content: RefObject<HTMLDivElement | null>;
  readonly handle: RefObject<VirtualizerHandle | null>;
  readonly atBottom: boolean;
  /** The newest row when the reader left the end; null: they never were there. */
  readonly leftAt: number | null;
  readonly toBottom: () => void;
  /** The reader is taken elsewhere: what comes at the end does not take them back. */
  readonly leave: () => void;
}

/** Where the reader is: at the end (and kept there), at the row that was asked for, or where they left. */
export function usePlace(session: ChatSession, rows: readonly AnyRow[]): Place {
  const scroller = useRef<HTMLDivElement>(null);
  const content = useRef<HTMLDivElement>(null);
  const handle = useRef<VirtualizerHandle>(null);
  const hold = useRef<BottomHold>(null);
  const [startsAtEnd] = useState(() => goalOf(session, rows) === null);
  const [end, setEnd] = useState<Pick<Place, 'atBottom' | 'leftAt'>>({
    atBottom: startsAtEnd,
    leftAt: null,
  });
  const now = useRef({ rows, atBottom: end.atBottom });
  useLayoutEffect(() => {
    now.current = { rows, atBottom: end.atBottom };
  });
  useLayoutEffect(() => {
    if (!scroller.current || !content.current) return;
    const onChange = (atBottom: boolean) =>
      setEnd({ atBottom, leftAt: session.store.getState().view?.messages.at(-1)?.id ?? 0 });
    hold.current = holdBottom(scroller.current, content.current, { held: startsAtEnd, onChange });
    return () => hold.current?.stop();
  }, [session, startsAtEnd]);
  useEffect(() => {
    const held = handle.current;
    const goal = goalOf(session, now.current.rows);
    if (goal && held) held.scrollToIndex(goal.index, { align: 'start', offset: goal.offset });
    return () => remember(session.chatId, held, now.current);
  }, [session]);
  return {
    scroller,
    content,
    handle,
    ...end,
    toBottom: () => hold.current?.toBottom(),
    leave: () => hold.current?.leave(),
  };
}

/** Null: the end. */
function goalOf(session: ChatSession, rows: readonly AnyRow[]): { index: number; offset: number } | null {
  const { route, beside } = navStore.getState();
  const own = [route, beside].find((r) => r?.view === 'chat' && r.chatId === session.chatId);
  const wanted = own?.view === 'chat' ? own.messageId : null;
  const left = anchors.get(session.chatId);
  const index = rows.findIndex((r) =>
    wanted === null ? r.key === left?.key : r.key === `m${wanted}` || r.key.startsWith(`m${wanted}.`),
  );
  // What was asked for is the last thing said: the end shows it.
  if (index < 0 || (wanted !== null && index >= rows.length - 2)) return null;
  return { index, offset: wanted === null ? (left?.offset ?? 0) : 0 };
}

function remember(
  chatId: ChatId,
  handle: VirtualizerHandle | null,
  now: { readonly rows: readonly AnyRow[]; readonly atBottom: boolean },
): void {
  anchors.delete(chatId);
  if (!handle || now.atBottom) return;
  const first = handle.findItemIndex(handle.scrollOffset);
  const row = now.rows[first];
  if (row)
    anchors.set(chatId, {
      key: row.key,
      offset: handle.scrollOffset - START_MARGIN_PX - handle.getItemOffset(first),
    });
}

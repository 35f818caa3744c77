import { useState } from 'react';
import type { ChatSession } from '../../state/live.ts';
import { focusMessage } from '../../state/nav.ts';
import { useAttention } from '../../state/pane.ts';
import { useWish } from '../../state/wish.ts';
import { findInChat } from '../../state/wishes.ts';
import { useFound } from './use-found.ts';
import type { Place } from './use-place.ts';
import type { AnyRow } from './use-rows.ts';

interface Find {
  readonly tick: number;
  readonly from: () => number;
  readonly onClose: () => void;
}

/** Shows what was found here, wherever it was looked for. And whether the bar is open; it belongs to the pane that had the attention when it was asked for. Null: closed. */
export function useFind(session: ChatSession, rows: readonly AnyRow[], place: Place): Find | null {
  useFound(session, rows, place);
  const [tick, setTick] = useState(0);
  const [before, setBefore] = useState<Element | null>(null);
  useWish(
    findInChat,
    (chatId) => {
      if (chatId !== session.chatId) return;
      if (tick === 0) setBefore(document.activeElement);
      setTick(tick + 1);
    },
    useAttention(),
  );
  if (tick === 0) return null;
  return {
    tick,
    from: () => messageAt(session, rows, place),
    onClose: () => {
      setTick(0);
      if (before instanceof HTMLElement && before.isConnected) before.focus();
      else focusMessage();
    },
  };
}

/** The first message in sight. */
function messageAt(session: ChatSession, rows: readonly AnyRow[], { handle }: Place): number {
  const first = handle.current ? handle.current.findItemIndex(handle.current.scrollOffset) : 0;
  const keyed = rows.slice(first).find((row) => /^m\d/.test(row.key));
  const id = /^m(\d+)/.exec(keyed?.key ?? '')?.[1];
  return Number(id ?? session.store.getState().view?.messages[0]?.id ?? 0);
}

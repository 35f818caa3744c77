import type { ChatId } from '@shared/model/ids.ts';
import { useState } from 'react';
import { focusMessage } from '../../state/nav.ts';
import { useAttention } from '../../state/pane.ts';
import { useWish } from '../../state/wish.ts';
import { findInChat } from '../../state/wishes.ts';

interface Find {
  readonly tick: number;
  readonly onClose: () => void;
}

/** Whether the bar is open; it belongs to the pane that had the attention when it was asked for. Null: closed. */
export function useFind(chatId: ChatId): Find | null {
  const [tick, setTick] = useState(0);
  const [before, setBefore] = useState<Element | null>(null);
  useWish(
    findInChat,
    (asked) => {
      if (asked !== chatId) return;
      if (tick === 0) setBefore(document.activeElement);
      setTick(tick + 1);
    },
    useAttention(),
  );
  if (tick === 0) return null;
  return {
    tick,
    onClose: () => {
      setTick(0);
      if (before instanceof HTMLElement && before.isConnected && before !== document.body) before.focus();
      else focusMessage();
    },
  };
}

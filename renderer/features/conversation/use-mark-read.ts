import { useEffect, useRef } from 'react';
import { useStore } from 'zustand';
import { call } from '../../lib/bridge.ts';
import { useInFront } from '../../state/in-front.ts';
import type { ChatSession } from '../../state/live.ts';

/** Says that the newest row was read, once its end was in sight of a person. */
export function useMarkRead(session: ChatSession, endInSight: boolean): void {
  const inFront = useInFront();
  const last = useStore(session.store, (s) => s.view?.messages.at(-1)?.id ?? null);
  const unread = useStore(session.store, (s) => s.view?.chat.unread ?? false);
  const sent = useRef<number | null>(null);
  useEffect(() => {
    if (
      !inFront ||
      !endInSight ||
      last === null ||
      (!unread && sent.current === null) ||
      sent.current === last
    ) {
      // The first row seen of a chat that was read needs no word; later ones do.
      if (inFront && endInSight && !unread && sent.current === null) sent.current = last;
      return;
    }
    sent.current = last;
    void call('chat.read', { chatId: session.chatId, messageId: last });
  }, [session, inFront, endInSight, last, unread]);
}

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
  const seen = useRef<{ readonly last: number; readonly unread: boolean } | null>(null);
  useEffect(() => {
    if (!inFront || !endInSight || last === null) return;
    const before = seen.current;
    seen.current = { last, unread };
    // What was read needs no word, be it the first row that is seen or the answer to the word before. A row that counts
    // as unread does, also when it was in sight before it counted.
    if (!unread && (before === null || before.last === last)) return;
    if (unread && before?.unread && before.last === last) return;
    void call('chat.read', { chatId: session.chatId, messageId: last });
  }, [session, inFront, endInSight, last, unread]);
}

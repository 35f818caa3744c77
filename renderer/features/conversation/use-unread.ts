import { useEffect, useRef, useState } from 'react';
import { useInFront } from '../../state/in-front.ts';
import type { ChatSession } from '../../state/live.ts';

/**
 * Up to which row the chat was read when it was opened, or when the person came back to its window; null: all of it.
 * Reading on does not move it: the line stays where it was found.
 */
export function useUnread(session: ChatSession): number | null {
  const inFront = useInFront();
  const [readTo, setReadTo] = useState(() => unreadFrom(session));
  const was = useRef(inFront);
  useEffect(() => {
    if (inFront && !was.current) setReadTo((before) => unreadFrom(session) ?? before);
    was.current = inFront;
  }, [session, inFront]);
  return readTo;
}

function unreadFrom(session: ChatSession): number | null {
  const chat = session.store.getState().view?.chat;
  return chat?.unread ? (chat.last_read ?? 0) : null;
}

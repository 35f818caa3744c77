import { useEffect } from 'react';
import { useStore } from 'zustand';
import { watchFeed } from '../lib/bridge.ts';
import { chatsStore } from '../state/chats.ts';
import { flushDrafts } from '../state/drafts.ts';
import { useInFront } from '../state/in-front.ts';
import { navStore } from '../state/nav.ts';
import { touchClock } from '../state/ticks.ts';

/** What follows from a person being in front of the window, or leaving it. */
export function usePresence(): void {
  useTellInFront();
  useQuietClock();
}

/** Main shows no notification for what a person is looking at. */
function useTellInFront(): void {
  const inFront = useInFront();
  const shown = useStore(navStore, (s) => (s.route.view === 'chat' ? s.route.chatId : null));
  useEffect(() => {
    if (!inFront) return;
    const feed = watchFeed('app.inFront', { chatId: shown }, { onEvents: () => undefined });
    return () => feed.close();
  }, [inFront, shown]);
  useEffect(() => {
    if (!inFront) flushDrafts();
  }, [inFront]);
  useEffect(() => flushDrafts(), [shown]);
  useEffect(() => {
    window.addEventListener('pagehide', flushDrafts);
    return () => window.removeEventListener('pagehide', flushDrafts);
  }, []);
}

/** Ages on the screen follow the events, not a timer. */
function useQuietClock(): void {
  const inFront = useInFront();
  const chats = useStore(chatsStore, (s) => s.live);
  useEffect(() => touchClock(), [inFront, chats]);
}

import { useEffect } from 'react';
import { useStore } from 'zustand';
import { useShallow } from 'zustand/react/shallow';
import { watchFeed } from '../lib/bridge.ts';
import { chatsStore } from '../state/chats.ts';
import { flushDrafts } from '../state/drafts.ts';
import { useInFront } from '../state/in-front.ts';
import { navStore, shownChats } from '../state/nav.ts';
import { touchClock } from '../state/ticks.ts';

/** What follows from a person being in front of the window, or leaving it. */
export function usePresence(): void {
  useTellInFront();
  useQuietClock();
}

/** Main shows no notification for what a person is looking at. */
function useTellInFront(): void {
  const inFront = useInFront();
  const shown = useStore(navStore, useShallow(shownChats));
  useEffect(() => {
    if (!inFront) return;
    const inSight = shown.length === 0 ? [null] : shown;
    const feeds = inSight.map((chatId) =>
      watchFeed('app.inFront', { chatId }, { onEvents: () => undefined }),
    );
    return () => {
      for (const feed of feeds) feed.close();
    };
  }, [inFront, shown]);
  useEffect(() => {
    if (!inFront) flushDrafts();
  }, [inFront]);
  // biome-ignore lint/correctness/useExhaustiveDependencies: the draft of what is left must be safe
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

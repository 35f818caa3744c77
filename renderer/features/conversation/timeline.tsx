import { type RefObject, useState } from 'react';
import { useStore } from 'zustand';
import type { ChatSession } from '../../state/live.ts';
import { useAttention } from '../../state/pane.ts';
import { useWish } from '../../state/wish.ts';
import { jumpToLatest } from '../../state/wishes.ts';
import { Menu } from '../../ui/menu.tsx';
import { ForkedFrom } from './forked-from.tsx';
import { JumpPill } from './jump-pill.tsx';
import { Tail } from './tail.tsx';
import { TimelineRows } from './timeline-rows.tsx';
import { useCommit } from './use-commit.ts';
import { useFound } from './use-found.ts';
import { type InSight, useInSight } from './use-in-sight.ts';
import { useMarkRead } from './use-mark-read.ts';
import { usePlace } from './use-place.ts';
import { type RowMenuAt, useRowKeys } from './use-row-keys.ts';
import { useRows } from './use-rows.ts';
import { useUnread } from './use-unread.ts';
import { useWalk } from './use-walk.ts';

const LOAD_AHEAD_PX = 600;

interface TimelineProps {
  readonly session: ChatSession;
  /** Is given what answers the first message in sight. */
  readonly inSight: RefObject<InSight | null>;
}

export function Timeline({ session, inSight }: TimelineProps) {
  const readTo = useUnread(session);
  const rows = useRows(session, readTo);
  const busy = useStore(session.store, (s) => s.view?.status === 'running');
  const total = useStore(session.store, (s) => s.view?.messageCount ?? 0);
  const held = useStore(session.store, (s) => s.view?.messages.length ?? 0);
  const atTail = useStore(session.store, (s) => s.view?.atTail ?? true);
  const place = usePlace(session, rows);
  const { scroller, content, atBottom, leftAt, toBottom } = place;
  const latest = () => {
    if (!atTail) session.toTail();
    toBottom();
  };
  useWish(jumpToLatest, latest, useAttention());
  useCommit(session, rows);
  useFound(session, rows, place);
  useInSight(inSight, session, rows, place);
  useMarkRead(session, atBottom && atTail);
  const walker = useWalk(session, rows, place, latest);
  const [menu, setMenu] = useState<RowMenuAt | null>(null);
  const keys = useRowKeys(session, rows, walker, setMenu);
  const before = Math.max(0, total - held);
  const loadMore = () => {
    const { scrollTop = Infinity, scrollHeight = Infinity, clientHeight = 0 } = scroller.current ?? {};
    if (scrollTop < LOAD_AHEAD_PX && before > 0) void session.loadOlder();
    if (!atTail && scrollHeight - scrollTop - clientHeight < LOAD_AHEAD_PX) void session.loadNewer();
  };
  return (
    <>
      <ForkedFrom session={session} />
      <div
        ref={scroller}
        className="log"
        role="feed"
        aria-label="Conversation"
        aria-busy={busy}
        tabIndex={-1}
        onScroll={loadMore}
        {...keys}
      >
        <div ref={content} className="log-inner">
          <TimelineRows session={session} rows={rows} place={place} before={before} />
          <div className="col tail">
            <Tail session={session} />
          </div>
        </div>
      </div>
      {!(atBottom && atTail) && <JumpPill session={session} leftAt={leftAt ?? readTo} onJump={latest} />}
      {menu && <Menu {...menu} onClose={() => setMenu(null)} />}
    </>
  );
}

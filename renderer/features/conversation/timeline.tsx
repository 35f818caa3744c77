import { useState } from 'react';
import { Virtualizer } from 'virtua';
import { useStore } from 'zustand';
import type { ChatSession } from '../../state/live.ts';
import { useAttention } from '../../state/pane.ts';
import { useWish } from '../../state/wish.ts';
import { jumpToLatest } from '../../state/wishes.ts';
import { Menu } from '../../ui/menu.tsx';
import { ForkedFrom } from './forked-from.tsx';
import { JumpPill, saidSince } from './jump-pill.tsx';
import { useEditedFrom } from './message-rows.tsx';
import { Tail } from './tail.tsx';
import { isTight } from './tight.ts';
import { TimelineRow } from './timeline-row.tsx';
import { useCommit } from './use-commit.ts';
import { useMarkRead } from './use-mark-read.ts';
import { type Place, START_MARGIN_PX, usePlace } from './use-place.ts';
import { type RowMenuAt, useRowKeys } from './use-row-keys.ts';
import { type AnyRow, useRows } from './use-rows.ts';
import { useUnread } from './use-unread.ts';
import { useWalk } from './use-walk.ts';

const LOAD_AHEAD_PX = 600;

export function Timeline({ session }: { readonly session: ChatSession }) {
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
  useMarkRead(session, atBottom && atTail);
  const walker = useWalk(session, rows, place, latest);
  const [menu, setMenu] = useState<RowMenuAt | null>(null);
  const keys = useRowKeys(session, rows, walker, setMenu);
  const before = Math.max(0, total - held);
  const loadMore = () => {
    if ((scroller.current?.scrollTop ?? Infinity) < LOAD_AHEAD_PX && before > 0) void session.loadOlder();
  };
  return (
    <div className="log-box">
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
          <Rows session={session} rows={rows} place={place} before={before} />
          <div className="col tail">
            <Tail session={session} />
          </div>
        </div>
      </div>
      {!(atBottom && atTail) && <Pill session={session} leftAt={leftAt ?? readTo} onJump={latest} />}
      {menu && <Menu {...menu} onClose={() => setMenu(null)} />}
    </div>
  );
}

interface RowsProps {
  readonly session: ChatSession;
  readonly rows: readonly AnyRow[];
  readonly place: Place;
  /** Messages that are older than those held. */
  readonly before: number;
}

function Rows({ session, rows, place: { handle, scroller }, before }: RowsProps) {
  const prepended = useStore(session.store, (s) => s.prepended);
  const editedFrom = useEditedFrom(session);
  return (
    <Virtualizer
      ref={handle}
      scrollRef={scroller}
      startMargin={START_MARGIN_PX}
      shift={prepended}
      bufferSize={600}
    >
      {rows.map((row, i) => (
        <TimelineRow
          key={row.key}
          session={session}
          row={row}
          tightBefore={isTight(rows[i - 1])}
          tightAfter={isTight(rows[i + 1])}
          position={before + i + 1}
          size={before + rows.length}
          dim={isAfter(row, editedFrom)}
        />
      ))}
    </Virtualizer>
  );
}

interface PillProps {
  readonly session: ChatSession;
  readonly leftAt: number | null;
  readonly onJump: () => void;
}

function Pill({ session, leftAt, onJump }: PillProps) {
  const fresh = useStore(session.store, ({ view }) =>
    view?.atTail && leftAt !== null ? saidSince(view.messages, leftAt) : null,
  );
  return <JumpPill fresh={fresh} onJump={onJump} />;
}

function isAfter(row: AnyRow, messageId: number): boolean {
  if (messageId === Infinity) return false;
  if (row.kind === 'live') return true;
  return Number(/^(?:m|at|day)(\d+)/.exec(row.key)?.[1] ?? 0) > messageId;
}

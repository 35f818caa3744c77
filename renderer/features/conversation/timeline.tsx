import { ArrowDown } from 'lucide-react';
import { Virtualizer } from 'virtua';
import { useStore } from 'zustand';
import { plural } from '../../lib/format.ts';
import type { ChatSession } from '../../state/live.ts';
import { useAttention } from '../../state/pane.ts';
import { useWish } from '../../state/wish.ts';
import { jumpToLatest } from '../../state/wishes.ts';
import { useEditedFrom } from './message-rows.tsx';
import { Tail } from './tail.tsx';
import { isTight } from './tight.ts';
import { TimelineRow } from './timeline-row.tsx';
import { useMarkRead } from './use-mark-read.ts';
import { START_MARGIN_PX, usePlace } from './use-place.ts';
import { type AnyRow, useRows } from './use-rows.ts';

const LOAD_AHEAD_PX = 600;

export function Timeline({ session }: { readonly session: ChatSession }) {
  const rows = useRows(session);
  const busy = useStore(session.store, (s) => s.view?.status === 'running');
  const total = useStore(session.store, (s) => s.view?.messageCount ?? 0);
  const held = useStore(session.store, (s) => s.view?.messages.length ?? 0);
  const atTail = useStore(session.store, (s) => s.view?.atTail ?? true);
  const prepended = useStore(session.store, (s) => s.prepended);
  const editedFrom = useEditedFrom(session);
  const { scroller, content, handle, atBottom, leftAt, toBottom } = usePlace(session, rows);
  useMarkRead(session, atBottom && atTail);
  const before = Math.max(0, total - held);
  const loadMore = () => {
    if ((scroller.current?.scrollTop ?? Infinity) < LOAD_AHEAD_PX && before > 0) void session.loadOlder();
  };
  const latest = () => {
    if (!atTail) session.toTail();
    toBottom();
  };
  useWish(jumpToLatest, latest, useAttention());
  return (
    <div className="log-box">
      <div
        ref={scroller}
        className="log"
        role="feed"
        aria-label="Conversation"
        aria-busy={busy}
        tabIndex={-1}
        onScroll={loadMore}
      >
        <div ref={content} className="log-inner">
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
          <div className="col tail">
            <Tail session={session} />
          </div>
        </div>
      </div>
      {!(atBottom && atTail) && <Jump fresh={total - leftAt} onJump={latest} />}
    </div>
  );
}

function Jump({ fresh, onJump }: { readonly fresh: number; readonly onJump: () => void }) {
  return (
    <button type="button" className="jump" aria-label="Jump to latest" onClick={onJump}>
      <ArrowDown className="i s" aria-hidden="true" />
      {fresh > 0 ? plural(fresh, 'new', 'new') : 'Latest'}
    </button>
  );
}

function isAfter(row: AnyRow, messageId: number): boolean {
  if (messageId === Infinity) return false;
  if (row.kind === 'live') return true;
  return Number(/^(?:m|at)(\d+)/.exec(row.key)?.[1] ?? 0) > messageId;
}

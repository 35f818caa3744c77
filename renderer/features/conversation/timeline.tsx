import type { ChatId } from '@shared/model/ids.ts';
import { ArrowDown } from 'lucide-react';
import { useEffect, useMemo, useRef } from 'react';
import { Virtualizer, type VirtualizerHandle } from 'virtua';
import { useStore } from 'zustand';
import { plural } from '../../lib/format.ts';
import { type ChatSession, liveShape } from '../../state/live.ts';
import { navStore } from '../../state/nav.ts';
import { useEditedFrom } from './message-rows.tsx';
import { type Row, timelineRows } from './rows.ts';
import { Tail } from './tail.tsx';
import { TimelineRow } from './timeline-row.tsx';
import { useBottom } from './use-bottom.ts';
import { useMarkRead } from './use-mark-read.ts';

/** Where a reader left a chat: the first row in sight, and how far it was scrolled past. Absent: at the end. */
const anchors = new Map<ChatId, { readonly key: string; readonly offset: number }>();

const LOAD_AHEAD_PX = 600;

/** A row that streams stands behind the durable ones. */
export type AnyRow =
  | Row
  | { readonly kind: 'live'; readonly key: string; readonly tool: string | null; readonly index: number };

function useRows(session: ChatSession): readonly AnyRow[] {
  const messages = useStore(session.store, (s) => s.view?.messages ?? NONE);
  const calls = useStore(session.store, (s) => s.view?.calls ?? NONE);
  const shape = useStore(session.store, (s) => liveShape(s.view));
  return useMemo(() => {
    const durable = timelineRows(messages, calls);
    const unanswered = new Set(
      durable.flatMap((r) => (r.kind === 'tool' && !r.item.result ? [r.item.call.tool_call_id] : [])),
    );
    const live = shape === '' ? [] : shape.split('\n');
    return [
      ...durable,
      ...live.flatMap((line, index): AnyRow[] => {
        const id = line.startsWith('tool ') ? line.slice(5) : null;
        if (id !== null && unanswered.has(id)) return [];
        return [{ kind: 'live', key: `live.${index}`, tool: id, index }];
      }),
    ];
  }, [messages, calls, shape]);
}

const NONE: readonly never[] = [];

/** True for the one render in which older rows were put in front. */
function useShift(rows: readonly AnyRow[]): boolean {
  const before = useRef<{ readonly first: string | null; readonly length: number }>({
    first: null,
    length: 0,
  });
  const first = rows[0]?.key ?? null;
  const shift =
    before.current.first !== first && rows.length > before.current.length && before.current.first !== null;
  useEffect(() => {
    before.current = { first, length: rows.length };
  });
  return shift;
}

export function Timeline({ session }: { readonly session: ChatSession }) {
  const rows = useRows(session);
  const busy = useStore(session.store, (s) => s.view?.status === 'running');
  const total = useStore(session.store, (s) => s.view?.messageCount ?? 0);
  const held = useStore(session.store, (s) => s.view?.messages.length ?? 0);
  const atTail = useStore(session.store, (s) => s.view?.atTail ?? true);
  const editedFrom = useEditedFrom(session);
  const scroller = useRef<HTMLDivElement>(null);
  const content = useRef<HTMLDivElement>(null);
  const handle = useRef<VirtualizerHandle>(null);
  const anchor = useRef(anchors.get(session.chatId)).current;
  const bottom = useBottom(scroller, content, anchor === undefined);
  const seen = useRef(total);
  if (bottom.atBottom && atTail) seen.current = total;
  const fresh = Math.max(0, total - seen.current);
  useAnchor(session, rows, { scroller, handle, atBottom: bottom.atBottom });
  useMarkRead(session, bottom.atBottom && atTail);
  const onScroll = () => {
    if ((scroller.current?.scrollTop ?? Infinity) < LOAD_AHEAD_PX && held < total) void session.loadOlder();
  };
  const latest = () => {
    if (!atTail) session.toTail();
    bottom.toBottom();
  };
  return (
    <div className="log-box">
      <div
        ref={scroller}
        className="log"
        role="feed"
        aria-label="Conversation"
        aria-busy={busy}
        tabIndex={-1}
        onScroll={onScroll}
      >
        <div ref={content} className="log-inner">
          <Virtualizer ref={handle} scrollRef={scroller} shift={useShift(rows)} bufferSize={600}>
            {rows.map((row, i) => (
              <TimelineRow
                key={row.key}
                session={session}
                row={row}
                before={rows[i - 1]?.kind}
                after={rows[i + 1]?.kind}
                position={total - held + i + 1}
                size={Math.max(total, total - held + rows.length)}
                dim={isAfter(row, editedFrom)}
              />
            ))}
          </Virtualizer>
          <div className="col tail">
            <Tail session={session} />
          </div>
        </div>
      </div>
      {!(bottom.atBottom && atTail) && (
        <button type="button" className="jump" aria-label="Jump to latest" onClick={latest}>
          <ArrowDown className="i s" aria-hidden="true" />
          {fresh > 0 ? plural(fresh, 'new', 'new') : 'Latest'}
        </button>
      )}
    </div>
  );
}

function isAfter(row: AnyRow, messageId: number): boolean {
  if (messageId === Infinity) return false;
  if (row.kind === 'live') return true;
  const id = Number(/^(?:m|at)(\d+)/.exec(row.key)?.[1] ?? 0);
  return id > messageId;
}

interface AnchorParts {
  readonly scroller: React.RefObject<HTMLDivElement | null>;
  readonly handle: React.RefObject<VirtualizerHandle | null>;
  readonly atBottom: boolean;
}

/** Goes to the row that was asked for or left; remembers the place when the chat is left. */
function useAnchor(session: ChatSession, rows: readonly AnyRow[], parts: AnchorParts): void {
  const { handle, atBottom } = parts;
  const now = useRef({ rows, atBottom });
  now.current = { rows, atBottom };
  useEffect(() => {
    const { route } = navStore.getState();
    const wanted = route.view === 'chat' ? route.messageId : null;
    const left = anchors.get(session.chatId);
    const at = now.current.rows.findIndex((r) =>
      wanted === null ? r.key === left?.key : r.key === `m${wanted}` || r.key.startsWith(`m${wanted}.`),
    );
    if (at >= 0) {
      handle.current?.scrollToIndex(at, {
        align: 'start',
        offset: wanted === null ? (left?.offset ?? 0) : 0,
      });
    }
    const held = handle.current;
    return () => {
      if (!held || now.current.atBottom) return void anchors.delete(session.chatId);
      const first = held.findItemIndex(held.scrollOffset);
      const row = now.current.rows[first];
      if (row)
        anchors.set(session.chatId, {
          key: row.key,
          offset: held.scrollOffset - held.getItemOffset(first),
        });
    };
  }, [session, handle]);
}

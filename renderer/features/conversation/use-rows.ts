import { useMemo } from 'react';
import { useStore } from 'zustand';
import { type ChatSession, liveShape } from '../../state/live.ts';
import { isContextCut } from './context-cut.ts';
import { type Row, timelineRows } from './rows.ts';

/** A row that streams stands behind the durable ones; `step`: it is one line, not prose. */
export type AnyRow =
  | Row
  | { readonly kind: 'live'; readonly key: string; readonly step: boolean; readonly index: number };

const NONE: readonly never[] = [];

/** The rows of the timeline. Words that arrive in a streaming block change none of them. */
export function useRows(session: ChatSession, readTo: number | null): readonly AnyRow[] {
  const messages = useStore(session.store, (s) => s.view?.messages ?? NONE);
  const calls = useStore(session.store, (s) => s.view?.calls ?? NONE);
  const shape = useStore(session.store, (s) => liveShape(s.view));
  const isTail = useStore(session.store, (s) => s.view?.atTail ?? true);
  const isWhole = useStore(
    session.store,
    (s) => s.complete || (s.view?.messageCount ?? 0) <= (s.view?.messages.length ?? 0),
  );
  const forkedAt = useStore(session.store, ({ view }) =>
    view?.chat.forked_from ? view.chat.created_at : null,
  );
  const durable = useMemo(
    () => timelineRows(messages, calls, { isWhole, isTail, readTo, forkedAt }),
    [messages, calls, isWhole, isTail, readTo, forkedAt],
  );
  return useMemo(() => [...durable, ...liveRows(durable, shape)], [durable, shape]);
}

/** A tool that streams a result belongs to the durable row of its call. */
function liveRows(durable: readonly Row[], shape: string): readonly AnyRow[] {
  if (shape === '') return NONE;
  const unanswered = new Set(
    durable.flatMap((r) => (r.kind === 'tool' && !r.item.result ? [r.item.call.tool_call_id] : [])),
  );
  return shape.split('\n').flatMap((line, index): AnyRow[] => {
    const [, tool, id] = /^tool (\S*) (.*)$/.exec(line) ?? [];
    if (id !== undefined && unanswered.has(id)) return [];
    const step = line !== 'text' && (tool === undefined || !isContextCut(tool));
    return [{ kind: 'live', key: `live.${index}`, step, index }];
  });
}

/** It stands behind that message: an edit of it would drop this row. */
export function isAfter(row: AnyRow, messageId: number): boolean {
  if (messageId === Infinity) return false;
  if (row.kind === 'live') return true;
  return Number(/^(?:m|at|day)(\d+)/.exec(row.key)?.[1] ?? 0) > messageId;
}

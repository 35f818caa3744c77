import { type RefObject, useImperativeHandle } from 'react';
import type { ChatSession } from '../../state/live.ts';
import type { Place } from './use-place.ts';
import type { AnyRow } from './use-rows.ts';

/** Which message is the first one in sight. */
export type InSight = () => number;

/** Keeps the answer there for whoever asks. */
export function useInSight(
  inSight: RefObject<InSight | null>,
  session: ChatSession,
  rows: readonly AnyRow[],
  place: Place,
): void {
  useImperativeHandle(inSight, () => () => messageAt(session, rows, place));
}

function messageAt(session: ChatSession, rows: readonly AnyRow[], { handle }: Place): number {
  const first = handle.current ? handle.current.findItemIndex(handle.current.scrollOffset) : 0;
  const keyed = rows.slice(first).find((row) => /^m\d/.test(row.key));
  const id = /^m(\d+)/.exec(keyed?.key ?? '')?.[1];
  return Number(id ?? session.store.getState().view?.messages[0]?.id ?? 0);
}

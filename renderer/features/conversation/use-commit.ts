import { useLayoutEffect, useRef } from 'react';
import type { ChatSession } from '../../state/live.ts';
import { renameSelected, restoreSelection, watchSelection } from './keep-selection.ts';
import { renameOpen } from './open-rows.ts';
import type { AnyRow } from './use-rows.ts';

/** What was opened or selected in a row that streamed goes over to the row that takes its place. */
export function useCommit(session: ChatSession, rows: readonly AnyRow[]): void {
  const before = useRef(rows);
  useLayoutEffect(() => {
    if (before.current !== rows) {
      const place = (key: string) => `${session.chatId}.${key}`;
      before.current.forEach((row, at) => {
        const next = rows[at];
        if (row.kind !== 'live' || row.key === next?.key) return;
        const to = next && next.kind !== 'user' ? next.key : null;
        renameOpen(place(row.key), to && place(to));
        if (to) renameSelected(row.key, to);
      });
    }
    before.current = rows;
    restoreSelection();
  }, [session, rows]);
  useLayoutEffect(watchSelection, []);
}

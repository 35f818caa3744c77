import { Virtualizer } from 'virtua';
import { useStore } from 'zustand';
import type { ChatSession } from '../../state/live.ts';
import { useEditedFrom } from './message-rows.tsx';
import { isTight } from './tight.ts';
import { TimelineRow } from './timeline-row.tsx';
import { type Place, START_MARGIN_PX } from './use-place.ts';
import { type AnyRow, isAfter } from './use-rows.ts';

interface RowsProps {
  readonly session: ChatSession;
  readonly rows: readonly AnyRow[];
  readonly place: Place;
  /** Messages that are older than those held. */
  readonly before: number;
}

/** The virtual rows; only those near what is seen are in the page. */
export function TimelineRows({ session, rows, place: { handle, scroller }, before }: RowsProps) {
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

import { type KeyboardEvent, type ReactElement, useId, useMemo, useRef } from 'react';
import { Virtualizer, type VirtualizerHandle } from 'virtua';
import type { ChangesSession, ShownDiff } from '../../state/changes.ts';
import type { LineComment } from '../../state/review.ts';
import { CommentCard, CommentEditor } from './comment-card.tsx';
import { type DiffItem, folded, lastNumber } from './diff-lines.ts';
import { digitsOf, GapRow, LineRowView, NoteRow } from './diff-row.tsx';
import { type DiffRow, diffRows, type Layout } from './diff-rows.ts';
import { rowKey, selectedRange } from './selection.ts';
import { useColours } from './use-colours.ts';
import { useSelection } from './use-selection.ts';

export interface CommentHands {
  readonly isQuoted: (comment: LineComment) => boolean;
  readonly onKeep: (comment: LineComment) => void;
  readonly onRemove: (comment: LineComment) => void;
}

interface DiffGridProps {
  readonly session: ChangesSession;
  readonly diff: ShownDiff;
  readonly items: readonly DiffItem[];
  readonly opened: ReadonlySet<string>;
  readonly layout: Layout;
  readonly comments: readonly LineComment[];
  readonly draft: LineComment | null;
  /** There is more than the diff shows around its changes. */
  readonly canOpen: boolean;
  readonly hands: CommentHands;
}

/** The lines of a diff: one tab stop, walked by the arrow keys; only those in view are in the page. */
export function DiffGrid(props: DiffGridProps) {
  const { session, diff, items, opened, layout, comments, draft } = props;
  const { path } = diff;
  const rows = useMemo(
    () => diffRows({ items: folded(items, opened), known: items, layout, comments, draft }),
    [items, opened, layout, comments, draft],
  );
  const name = useId();
  const handle = useRef<VirtualizerHandle>(null);
  const scroller = useRef<HTMLDivElement>(null);
  const chosen = useSelection({ session, rows, layout, path });
  const at = rows.findIndex((row) => row.key === chosen.selection?.head);
  const view = useRowView(props, {
    rows,
    at,
    name,
    chosen,
    back: () => scroller.current?.focus({ preventScroll: true }),
  });
  const onKeyDown = useKeys(props, { rows, at, chosen, show: (to) => scrollTo(handle.current, to) });
  const digits = useMemo(() => digitsOf(lastNumber(items)), [items]);
  return (
    <div
      ref={scroller}
      className={`diff-grid ${layout}`}
      role="grid"
      aria-label={`Diff of ${path}`}
      aria-rowcount={rows.length}
      aria-multiselectable="true"
      aria-activedescendant={at < 0 ? undefined : `${name}${rows[at]?.key}`}
      tabIndex={0}
      style={digits}
      onKeyDown={onKeyDown}
    >
      <Virtualizer ref={handle} scrollRef={scroller} itemSize={19} bufferSize={400} data={rows}>
        {view}
      </Virtualizer>
    </div>
  );
}

function scrollTo(handle: VirtualizerHandle | null, index: number): void {
  handle?.scrollToIndex(index, { align: 'nearest' });
}

interface Walked {
  readonly rows: readonly DiffRow[];
  /** The row that the keys act on; below 0: none yet. */
  readonly at: number;
  readonly chosen: ReturnType<typeof useSelection>;
}

/** Arrows walk, with Shift they select; Enter or C opens a gap, a comment, or a new one on what is selected. */
function useKeys(
  { session, canOpen }: DiffGridProps,
  { rows, at, chosen, show }: Walked & { readonly show: (index: number) => void },
) {
  const { selection, select, write } = chosen;
  const act = (row: DiffRow | undefined) => {
    if (row?.kind === 'gap' && canOpen) session.openGap(row.key);
    else if (row?.kind === 'comment') session.write(row.comment);
    else if (row?.kind === 'line' && selection) write(selection);
  };
  return (event: KeyboardEvent) => {
    if (event.target !== event.currentTarget || event.ctrlKey || event.metaKey || event.altKey) return;
    const to = rowKey(event.key, rows.length, at);
    const row = to === null ? undefined : rows[to];
    if (row && to !== null) {
      select(row.key, event.shiftKey);
      show(to);
    } else if (event.key === 'Enter' || event.key === 'c') act(rows[at]);
    else if (event.key === 'Escape' && selection) select(null, false);
    else return;
    event.preventDefault();
  };
}

/** How a row is drawn. */
function useRowView(
  { session, diff, layout, draft, canOpen, hands }: DiffGridProps,
  { rows, at, chosen, name, back }: Walked & { readonly name: string; readonly back: () => void },
): (row: DiffRow, index: number) => ReactElement {
  const colourOf = useColours(diff.path);
  const [first, last] = selectedRange(rows, chosen.selection) ?? [0, -1];
  const done = () => {
    session.write(null);
    back();
  };
  const editor = draft && (
    <CommentEditor
      draft={draft}
      onText={(text) => session.write({ ...draft, text })}
      onKeep={() => {
        if (draft.text.trim() === '') return;
        hands.onKeep(draft);
        done();
      }}
      onCancel={done}
    />
  );
  return (row, index) => {
    const own = { id: `${name}${row.key}`, index, active: index === at };
    switch (row.kind) {
      case 'line':
        return (
          <LineRowView
            key={row.key}
            {...own}
            {...{ row, layout, colourOf }}
            selected={index >= first && index <= last}
            hands={chosen.pointer}
          />
        );
      case 'gap':
        return <GapRow key={row.key} {...own} row={row} onOpen={canOpen ? session.openGap : null} />;
      case 'comment':
        return (
          <NoteRow key={row.key} {...own}>
            <CommentCard
              comment={row.comment}
              outdated={row.outdated}
              quoted={hands.isQuoted(row.comment)}
              onEdit={() => session.write(row.comment)}
              onRemove={() => hands.onRemove(row.comment)}
            />
          </NoteRow>
        );
      case 'draft':
        return (
          <NoteRow key={row.key} {...own}>
            {editor}
          </NoteRow>
        );
    }
  };
}

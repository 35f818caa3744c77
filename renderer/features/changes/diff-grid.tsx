import { type KeyboardEvent, useId, useMemo, useRef } from 'react';
import { Virtualizer, type VirtualizerHandle } from 'virtua';
import type { ChangesSession, ShownDiff } from '../../state/changes.ts';
import type { LineComment } from '../../state/review.ts';
import { CommentCard, CommentEditor } from './comment-card.tsx';
import { type DiffItem, folded } from './diff-lines.ts';
import { digitsOf, GapRow, LineRowView } from './diff-row.tsx';
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
  readonly canOpen: boolean;
  readonly hands: CommentHands;
}

/** The lines of a diff: one tab stop, walked by the arrow keys; only those in view are in the page. */
export function DiffGrid(props: DiffGridProps) {
  const { session, diff, items, opened, layout, comments, draft, canOpen, hands } = props;
  const shown = useMemo(() => folded(items, opened), [items, opened]);
  const rows = useMemo(
    () => diffRows({ items: shown, layout, comments, draft }),
    [shown, layout, comments, draft],
  );
  const { path } = diff;
  const colourOf = useColours(path);
  const name = useId();
  const idOf = (row: DiffRow | undefined) => (row ? `${name}${row.key}` : undefined);
  const handle = useRef<VirtualizerHandle>(null);
  const scroller = useRef<HTMLDivElement>(null);
  const { selection, select, pointer, write } = useSelection({ session, rows, layout, path });
  const range = selectedRange(rows, selection);
  const at = rows.findIndex((row) => row.key === selection?.head);
  const back = () => scroller.current?.focus({ preventScroll: true });
  const act = (row: DiffRow | undefined) => {
    if (row?.kind === 'gap' && canOpen) session.openGap(row.key);
    else if (row?.kind === 'comment') session.write(row.comment);
    else if (row?.kind === 'line' && selection) write(selection);
  };
  const onKeyDown = (event: KeyboardEvent) => {
    if (event.target !== event.currentTarget || event.ctrlKey || event.metaKey || event.altKey) return;
    const to = rowKey(event.key, rows.length, at);
    const row = to === null ? undefined : rows[to];
    if (row) {
      select(row.key, event.shiftKey);
      if (to !== null) handle.current?.scrollToIndex(to, { align: 'nearest' });
    } else if (event.key === 'Enter' || event.key === 'c') act(rows[at]);
    else if (event.key === 'Escape' && selection) select(null, false);
    else return;
    event.preventDefault();
  };
  const most = items.reduce(
    (n, item) =>
      Math.max(n, item.kind === 'line' ? Math.max(item.line.old ?? 0, item.line.new ?? 0) : item.to),
    0,
  );
  const view = (row: DiffRow, index: number) => {
    const active = index === at;
    switch (row.kind) {
      case 'line':
        return (
          <LineRowView
            id={idOf(row) ?? ''}
            {...{ row, index, layout, active, colourOf }}
            selected={range !== null && index >= range[0] && index <= range[1]}
            hands={pointer}
          />
        );
      case 'gap':
        return (
          <GapRow
            id={idOf(row) ?? ''}
            {...{ row, index, active }}
            onOpen={canOpen ? session.openGap : null}
          />
        );
      case 'comment':
        return (
          <div
            id={idOf(row)}
            role="row"
            aria-rowindex={index + 1}
            className={`dl-note ${active ? 'active' : ''}`}
          >
            <div role="gridcell">
              <CommentCard
                comment={row.comment}
                outdated={row.outdated}
                quoted={hands.isQuoted(row.comment)}
                onEdit={() => session.write(row.comment)}
                onRemove={() => hands.onRemove(row.comment)}
              />
            </div>
          </div>
        );
      case 'draft':
        return (
          <div role="row" aria-rowindex={index + 1} className="dl-note">
            <div role="gridcell">
              {draft && (
                <CommentEditor
                  draft={draft}
                  onText={(text) => session.write({ ...draft, text })}
                  onKeep={() => {
                    if (draft.text.trim() === '') return;
                    hands.onKeep(draft);
                    session.write(null);
                    back();
                  }}
                  onCancel={() => {
                    session.write(null);
                    back();
                  }}
                />
              )}
            </div>
          </div>
        );
    }
  };
  return (
    <div
      ref={scroller}
      className={`diff-grid ${layout}`}
      role="grid"
      aria-label={`Diff of ${path}`}
      aria-rowcount={rows.length}
      aria-multiselectable="true"
      aria-activedescendant={at < 0 ? undefined : idOf(rows[at])}
      tabIndex={0}
      style={digitsOf(most)}
      onKeyDown={onKeyDown}
    >
      <Virtualizer ref={handle} scrollRef={scroller} itemSize={19} bufferSize={400} data={rows}>
        {(row, index) => <Keyed key={row.key}>{view(row, index)}</Keyed>}
      </Virtualizer>
    </div>
  );
}

function Keyed({ children }: { readonly children: React.ReactNode }) {
  return children;
}

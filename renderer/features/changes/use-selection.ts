import { type PointerEvent, useEffect, useMemo, useRef, useState } from 'react';
import type { ChangesSession } from '../../state/changes.ts';
import type { RowHands } from './diff-row.tsx';
import type { DiffRow, Layout, Side } from './diff-rows.ts';
import { commentOn, type Selection } from './selection.ts';

interface SelectionAsked {
  readonly session: ChangesSession;
  readonly rows: readonly DiffRow[];
  readonly layout: Layout;
  readonly path: string;
}

/** Which lines are selected, by keys or by the pointer; letting go of the numbers begins a comment. */
export function useSelection({ session, rows, layout, path }: SelectionAsked) {
  const [selection, setSelection] = useState<Selection | null>(null);
  const dragged = useRef<Selection | null>(null);
  const now = useRef({ rows, layout, path });
  now.current = { rows, layout, path };
  const write = (on: Selection) => {
    const id = crypto.randomUUID();
    const comment = commentOn(now.current.rows, on, { ...now.current, id });
    if (comment) session.write(comment);
  };
  const latest = useRef(write);
  latest.current = write;
  const select = (key: string | null, extend: boolean) =>
    setSelection((old) =>
      key === null
        ? null
        : { anchor: extend ? (old?.anchor ?? key) : key, head: key, side: old?.side ?? 'new' },
    );
  const pointer = useMemo((): RowHands => {
    const to = (next: Selection) => {
      dragged.current = next;
      setSelection(next);
    };
    return {
      onPress(key: string, side: Side, event: PointerEvent) {
        if (event.button !== 0) return;
        event.preventDefault();
        setSelection((old) => {
          const next = { anchor: event.shiftKey && old ? old.anchor : key, head: key, side };
          dragged.current = next;
          return next;
        });
      },
      onDrag(key: string) {
        if (dragged.current) to({ ...dragged.current, head: key });
      },
    };
  }, []);
  useEffect(() => {
    const onUp = () => {
      const { current } = dragged;
      dragged.current = null;
      if (current) latest.current(current);
    };
    window.addEventListener('pointerup', onUp);
    return () => window.removeEventListener('pointerup', onUp);
  }, []);
  return { selection, select, pointer, write };
}

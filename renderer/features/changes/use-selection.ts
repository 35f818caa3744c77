import { type PointerEvent, useEffect, useLayoutEffect, useMemo, useRef, useState } from 'react';
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
  const write = (on: Selection) => {
    const comment = commentOn(rows, on, { path, layout, id: crypto.randomUUID() });
    if (comment) session.write(comment);
  };
  const latest = useRef(write);
  useLayoutEffect(() => {
    latest.current = write;
  });
  const select = (key: string | null, extend: boolean) => {
    const side = selection?.side ?? 'new';
    setSelection(
      key === null ? null : { anchor: extend ? (selection?.anchor ?? key) : key, head: key, side },
    );
  };
  const pointer = usePointer(setSelection, (on) => latest.current(on));
  return { selection, select, pointer, write };
}

/** Pressed on the numbers of a line and drawn over others; `onEnd` when it is let go, wherever that is. */
function usePointer(set: (selection: Selection) => void, onEnd: (selection: Selection) => void): RowHands {
  const dragged = useRef<Selection | null>(null);
  const last = useRef<Selection | null>(null);
  const end = useRef(onEnd);
  useEffect(() => {
    const onUp = () => {
      const { current } = dragged;
      dragged.current = null;
      if (current) end.current(current);
    };
    window.addEventListener('pointerup', onUp);
    return () => window.removeEventListener('pointerup', onUp);
  }, []);
  return useMemo(() => {
    const to = (next: Selection) => {
      dragged.current = next;
      last.current = next;
      set(next);
    };
    return {
      onPress(key: string, side: Side, event: PointerEvent) {
        if (event.button !== 0) return;
        event.preventDefault();
        const anchor = event.shiftKey && last.current ? last.current.anchor : key;
        to({ anchor, head: key, side });
      },
      onDrag(key: string) {
        if (dragged.current) to({ ...dragged.current, head: key });
      },
    };
  }, [set]);
}

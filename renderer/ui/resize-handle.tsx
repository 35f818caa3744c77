import { type KeyboardEvent, type PointerEvent, useRef } from 'react';

interface ResizeHandleProps {
  readonly label: string;
  /** Which edge of the element it is: the other one stands still. */
  readonly edge?: 'left' | 'right';
  /** What the element measures now. */
  readonly width: number;
  readonly min: number;
  readonly max: number;
  /** While the pointer is down; null: it was let go of without a move, or taken away. */
  readonly onDrag: (width: number | null) => void;
  readonly onResize: (width: number) => void;
  readonly onReset: () => void;
}

const STEP_PX = 16;
const LEAP_PX = 64;

/** An edge of a pane, to be dragged or moved by the arrow keys; a double click gives the first width back. */
export function ResizeHandle(props: ResizeHandleProps) {
  const { label, edge = 'left', width, min, max, onDrag, onResize, onReset } = props;
  const outwards = edge === 'left' ? -1 : 1;
  const from = useRef<{ readonly x: number; readonly width: number } | null>(null);
  const within = (wanted: number) => Math.min(max, Math.max(min, wanted));
  const dragged = (event: PointerEvent) =>
    from.current ? within(from.current.width + outwards * (event.clientX - from.current.x)) : null;
  const onPointerDown = (event: PointerEvent<HTMLDivElement>) => {
    if (event.button !== 0) return;
    event.currentTarget.setPointerCapture(event.pointerId);
    from.current = { x: event.clientX, width };
  };
  const onPointerUp = (event: PointerEvent) => {
    const to = dragged(event);
    const moved = to !== null && to !== from.current?.width;
    from.current = null;
    onDrag(null);
    if (moved) onResize(to);
  };
  const onKeyDown = (event: KeyboardEvent) => {
    const step = event.shiftKey ? LEAP_PX : STEP_PX;
    const wanted = {
      ArrowLeft: width - outwards * step,
      ArrowRight: width + outwards * step,
      Home: min,
      End: max,
    }[event.key];
    if (wanted === undefined) return;
    event.preventDefault();
    onResize(within(wanted));
  };
  return (
    <div
      className={`resize ${edge}`}
      role="separator"
      aria-label={label}
      aria-orientation="vertical"
      aria-valuenow={width}
      aria-valuemin={min}
      aria-valuemax={max}
      tabIndex={0}
      onPointerDown={onPointerDown}
      onPointerMove={(event) => {
        if (from.current) onDrag(dragged(event));
      }}
      onPointerUp={onPointerUp}
      onPointerCancel={() => {
        from.current = null;
        onDrag(null);
      }}
      onKeyDown={onKeyDown}
      onDoubleClick={onReset}
    />
  );
}

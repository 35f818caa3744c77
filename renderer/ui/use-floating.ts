import { type RefObject, useLayoutEffect } from 'react';

const GAP = 6;
const EDGE = 8;
/** Less room than that and the other side is tried. */
const ENOUGH = 320;

/** Shows a popover at what it belongs to, above everything and cut off by nothing, on the side that has room for it. */
export function useFloating(
  popover: RefObject<HTMLElement | null>,
  anchor: RefObject<HTMLElement | null>,
  prefers: 'up' | 'down',
): void {
  useLayoutEffect(() => {
    const box = popover.current;
    if (!box) return;
    box.showPopover();
    const place = () => {
      if (anchor.current) putBeside(box, anchor.current.getBoundingClientRect(), prefers);
    };
    const moved = ({ target }: Event) => {
      if (!(target instanceof Node) || !box.contains(target)) place();
    };
    place();
    box.querySelector('.on')?.scrollIntoView({ block: 'nearest' });
    window.addEventListener('resize', place);
    window.addEventListener('scroll', moved, true);
    return () => {
      window.removeEventListener('resize', place);
      window.removeEventListener('scroll', moved, true);
    };
  }, [popover, anchor, prefers]);
}

function putBeside(box: HTMLElement, at: DOMRect, prefers: 'up' | 'down'): void {
  const above = at.top - GAP - EDGE;
  const below = window.innerHeight - at.bottom - GAP - EDGE;
  const wanted = Math.min(box.scrollHeight, ENOUGH);
  const down = prefers === 'down' ? below >= wanted || below >= above : above < wanted && below > above;
  // Below, it hangs from the right end of what opened it; above, it stands on the left one.
  const left = prefers === 'down' ? at.right - box.offsetWidth : at.left;
  Object.assign(box.style, {
    left: `${Math.max(EDGE, Math.min(left, window.innerWidth - box.offsetWidth - EDGE))}px`,
    top: down ? `${at.bottom + GAP}px` : 'auto',
    bottom: down ? 'auto' : `${window.innerHeight - at.top + GAP}px`,
    maxHeight: `${Math.max(96, Math.min(ENOUGH, down ? below : above))}px`,
  });
}

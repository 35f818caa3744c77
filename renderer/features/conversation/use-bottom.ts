import { type RefObject, useCallback, useEffect, useLayoutEffect, useRef, useState } from 'react';

const NEAR_PX = 32;

export interface Bottom {
  readonly atBottom: boolean;
  toBottom(): void;
}

/**
 * Keeps the end in sight while, and only while, the reader is at the end. What the reader does decides: a scroll
 * up lets go, reaching the end takes hold again; growth of the content never changes that.
 */
export function useBottom(
  scroller: RefObject<HTMLElement | null>,
  content: RefObject<HTMLElement | null>,
  startAtBottom: boolean,
): Bottom {
  const [atBottom, setAtBottom] = useState(startAtBottom);
  const holds = useRef(startAtBottom);
  const lastTop = useRef(0);
  const toBottom = useCallback(() => {
    const el = scroller.current;
    if (!el) return;
    holds.current = true;
    setAtBottom(true);
    el.scrollTop = el.scrollHeight;
  }, [scroller]);
  useLayoutEffect(() => {
    const el = scroller.current;
    const inner = content.current;
    if (!el || !inner) return;
    const follow = () => {
      if (holds.current) el.scrollTop = el.scrollHeight;
    };
    const observer = new ResizeObserver(follow);
    observer.observe(inner);
    observer.observe(el);
    follow();
    return () => observer.disconnect();
  }, [scroller, content]);
  useEffect(() => {
    const el = scroller.current;
    if (!el) return;
    const onScroll = () => {
      const near = el.scrollHeight - el.scrollTop - el.clientHeight <= NEAR_PX;
      if (near) holds.current = true;
      else if (el.scrollTop < lastTop.current - 1) holds.current = false;
      lastTop.current = el.scrollTop;
      setAtBottom(holds.current);
    };
    const onWheel = (event: WheelEvent) => {
      if (event.deltaY < 0 && el.scrollHeight > el.clientHeight) {
        holds.current = false;
        setAtBottom(false);
      }
    };
    el.addEventListener('scroll', onScroll, { passive: true });
    el.addEventListener('wheel', onWheel, { passive: true });
    return () => {
      el.removeEventListener('scroll', onScroll);
      el.removeEventListener('wheel', onWheel);
    };
  }, [scroller]);
  return { atBottom, toBottom };
}

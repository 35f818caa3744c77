import { type RefObject, useLayoutEffect, useState } from 'react';

/** True once the end of what is asked has been in sight. */
export function useSeenToEnd(ref: RefObject<HTMLElement | null>, hash: string): boolean {
  const [seenOf, setSeenOf] = useState<string | null>(null);
  useLayoutEffect(() => {
    const el = ref.current;
    if (!el) return;
    el.scrollTop = 0;
    const look = () => {
      if (el.scrollHeight - el.scrollTop - el.clientHeight <= 4) setSeenOf(hash);
    };
    look();
    el.addEventListener('scroll', look, { passive: true });
    const observer = new ResizeObserver(look);
    observer.observe(el);
    return () => {
      el.removeEventListener('scroll', look);
      observer.disconnect();
    };
  }, [ref, hash]);
  return seenOf === hash;
}

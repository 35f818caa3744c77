import { type RefObject, useEffect, useLayoutEffect, useRef } from 'react';

/** When the element goes away with the focus inside, `next` puts the focus somewhere: it must not be lost. */
export function useFocusAfter(ref: RefObject<HTMLElement | null>, next: () => void): void {
  const latest = useRef(next);
  useEffect(() => {
    latest.current = next;
  });
  // A layout effect ends while the element is still in the page.
  useLayoutEffect(
    () => () => {
      if (ref.current?.contains(document.activeElement)) queueMicrotask(latest.current);
    },
    [ref],
  );
}

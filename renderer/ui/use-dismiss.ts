import { type RefObject, useLayoutEffect } from 'react';

/** Closes what floats when a press or the focus lands outside of it, or the window loses the focus. */
export function useDismiss(ref: RefObject<HTMLElement | null>, open: boolean, close: () => void): void {
  // Before what comes next is in the page: its focus must not reach a listener of what has gone.
  useLayoutEffect(() => {
    if (!open) return;
    const outside = ({ type, target }: Event) => {
      const box = ref.current;
      if (!box || !(target instanceof Node) || box.contains(target)) return;
      // A dialog or a tree around it that takes the focus is no place elsewhere.
      if (type === 'focusin' && target.contains(box)) return;
      close();
    };
    document.addEventListener('pointerdown', outside, true);
    document.addEventListener('focusin', outside, true);
    window.addEventListener('blur', close);
    return () => {
      document.removeEventListener('pointerdown', outside, true);
      document.removeEventListener('focusin', outside, true);
      window.removeEventListener('blur', close);
    };
  }, [ref, open, close]);
}

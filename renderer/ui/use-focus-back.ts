import { type RefObject, useState } from 'react';
import { useFocusAfter } from './use-focus-after.ts';

/** What opens for a moment gives the focus back to what had it before. */
export function useFocusBack(ref: RefObject<HTMLElement | null>): void {
  const [before] = useState(() => document.activeElement);
  useFocusAfter(ref, () => {
    if (before instanceof HTMLElement && before.isConnected) before.focus();
  });
}

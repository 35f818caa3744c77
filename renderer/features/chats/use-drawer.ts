import { type KeyboardEvent, type RefObject, useEffect, useRef } from 'react';
import { useStore } from 'zustand';
import { focusMessage, navStore, setDrawer } from '../../state/nav.ts';

/** The sidebar of a narrow window: it takes the focus when it is opened, and Esc closes it; then the focus is not lost. */
export function useDrawer(side: RefObject<HTMLElement | null>) {
  const open = useStore(navStore, (s) => s.drawer);
  const was = useRef(open);
  useEffect(() => {
    if (was.current === open) return;
    was.current = open;
    const find = (selector: string) => side.current?.querySelector<HTMLElement>(selector);
    if (open) (find('[role="tree"]') ?? find('input'))?.focus();
    else if (isLost(side.current)) focusMessage();
  }, [open, side]);
  return (event: KeyboardEvent) => {
    if (!open || event.key !== 'Escape' || event.defaultPrevented) return;
    event.preventDefault();
    setDrawer(false);
  };
}

/** What is hidden cannot keep it. */
function isLost(side: HTMLElement | null): boolean {
  const { activeElement } = document;
  return (
    activeElement === null || activeElement === document.body || side?.contains(activeElement) === true
  );
}

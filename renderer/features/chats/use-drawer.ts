import { type KeyboardEvent, type RefObject, useEffect, useRef } from 'react';
import { useStore } from 'zustand';
import { focusMessage, navStore, setDrawer } from '../../state/nav.ts';
import { sidebarStore } from '../../state/sidebar.ts';

/**
 * The sidebar of a narrow window takes the focus when it is opened, and Esc closes it. Wherever it goes away with the
 * focus, the focus is not lost.
 */
export function useDrawer(side: RefObject<HTMLElement | null>) {
  const open = useStore(navStore, (s) => s.drawer);
  const hidden = useStore(sidebarStore, (s) => s.hidden);
  const was = useRef({ open, hidden });
  useEffect(() => {
    const before = was.current;
    was.current = { open, hidden };
    const find = (selector: string) => side.current?.querySelector<HTMLElement>(selector);
    const isGone = (before.open && !open) || (!before.hidden && hidden);
    if (!before.open && open) (find('[role="tree"]') ?? find('input'))?.focus();
    else if (isGone && isLost(side.current)) focusMessage();
  }, [open, hidden, side]);
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

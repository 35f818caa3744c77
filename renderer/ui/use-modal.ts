import { type RefObject, useLayoutEffect } from 'react';

/** Shows a dialog over everything for as long as it is in the page. The platform keeps the focus inside. */
export function useModal(ref: RefObject<HTMLDialogElement | null>): void {
  // Closed while it is still in the page: only then the platform gives the focus back to what had it before.
  useLayoutEffect(() => {
    const dialog = ref.current;
    if (dialog && !dialog.open) dialog.showModal();
    // React gives the focus before the dialog is open, when nothing in it can take it.
    dialog?.querySelector<HTMLElement>('[data-focus-first]')?.focus();
    return () => dialog?.close();
  }, [ref]);
}

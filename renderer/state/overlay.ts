import { createStore } from 'zustand/vanilla';

/** What lies over the window until something is chosen from it or it is left: one at a time. */
export type Overlay =
  /** `text`: what its field begins with. */
  { readonly kind: 'palette'; readonly text: string } | { readonly kind: 'cheat-sheet' };

export const overlayStore = createStore<{ readonly overlay: Overlay | null }>(() => ({ overlay: null }));

export function showOverlay(overlay: Overlay | null): void {
  overlayStore.setState({ overlay });
}

import { createStore } from 'zustand/vanilla';

/** The least that a conversation can be read in, in pixels. */
export const LEAST_PANE = 360;
const KEY = 'gaffer.split';
export const EVEN = 0.5;

/** How much of the room for two panes the right one has. */
export const splitStore = createStore<{ readonly share: number }>(() => ({
  share: readShare(typeof localStorage === 'undefined' ? null : localStorage.getItem(KEY)),
}));

/** What an earlier window wrote; anything else is as if nothing had been written. */
export function readShare(text: string | null): number {
  const share = Number(text);
  return share > 0 && share < 1 ? share : EVEN;
}

export function rememberShare(share: number): void {
  splitStore.setState({ share });
  localStorage.setItem(KEY, String(share));
}

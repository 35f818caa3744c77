import { createStore } from 'zustand/vanilla';
import { navStore, setDrawer } from './nav.ts';

/** Below it the sidebar is a drawer. */
export const DRAWER = '(max-width: 760px)';
const KEY = 'gaffer.sidebar';

/** Hidden to give the conversation room; remembered by the window. */
export const sidebarStore = createStore<{ readonly hidden: boolean }>(() => ({
  hidden: typeof localStorage !== 'undefined' && localStorage.getItem(KEY) === 'hidden',
}));

function setHidden(hidden: boolean): void {
  sidebarStore.setState({ hidden });
  localStorage.setItem(KEY, hidden ? 'hidden' : 'shown');
}

export function toggleSidebar(): void {
  if (matchMedia(DRAWER).matches) setDrawer(!navStore.getState().drawer);
  else setHidden(!sidebarStore.getState().hidden);
}

/** Whatever the window's width. */
export function showSidebar(): void {
  if (matchMedia(DRAWER).matches) setDrawer(true);
  else setHidden(false);
}

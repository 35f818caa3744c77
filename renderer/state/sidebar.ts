import { createStore } from 'zustand/vanilla';
import { navStore, setDrawer } from './nav.ts';

/** Below it the sidebar is a drawer. */
export const DRAWER = '(max-width: 760px)';
const KEY = 'gaffer.sidebar';
export const FIRST_SIDEBAR = 264;
export const MIN_SIDEBAR = 200;
export const MAX_SIDEBAR = 480;

interface Sidebar {
  /** To give the conversation room. */
  readonly hidden: boolean;
  readonly width: number;
}

/** What an earlier window wrote ("hidden", once, was all of it); anything else is as if nothing had been written. */
export function readSidebar(text: string | null): Sidebar {
  const first = { hidden: text === 'hidden', width: FIRST_SIDEBAR };
  if (text === null || !text.startsWith('{')) return first;
  try {
    const { hidden, width } = JSON.parse(text) as Partial<Record<keyof Sidebar, unknown>>;
    const fits = typeof width === 'number' && width >= MIN_SIDEBAR && width <= MAX_SIDEBAR;
    return { hidden: hidden === true, width: fits ? Math.round(width) : FIRST_SIDEBAR };
  } catch {
    return first;
  }
}

/** Remembered by the window. */
export const sidebarStore = createStore<Sidebar>(() =>
  readSidebar(typeof localStorage === 'undefined' ? null : localStorage.getItem(KEY)),
);

function remember(change: Partial<Sidebar>): void {
  sidebarStore.setState(change);
  localStorage.setItem(KEY, JSON.stringify(sidebarStore.getState()));
}

function setHidden(hidden: boolean): void {
  remember({ hidden });
}

export function setSidebarWidth(width: number): void {
  remember({ width: Math.round(width) });
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

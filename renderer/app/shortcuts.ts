import { useEffect } from 'react';
import { newChatHere } from '../features/chats/sidebar.tsx';
import { newWindow } from '../state/app.ts';
import { toggleInspector } from '../state/inspector.ts';
import { closeSettings, navStore, setDrawer, showSettings, toggleBeside, turnAside } from '../state/nav.ts';

/** Keys that work everywhere in the window. Those of the message box live with it. */
export function useShortcuts(): void {
  useEffect(() => {
    const onKey = (event: KeyboardEvent) => {
      if (event.key === 'F6' && !event.ctrlKey && !event.altKey && !event.metaKey) turnAside();
      if (!(event.ctrlKey || event.metaKey) || event.altKey) return;
      const run = (event.shiftKey ? SHIFT_KEYS : KEYS)[event.key.toLowerCase()];
      if (!run) return;
      event.preventDefault();
      run();
    };
    window.addEventListener('keydown', onKey);
    return () => window.removeEventListener('keydown', onKey);
  }, []);
}

const KEYS: Readonly<Record<string, () => void>> = {
  n: newChatHere,
  i: toggleInspector,
  '\\': toggleBeside,
  k: () => {
    if (window.matchMedia('(max-width: 760px)').matches) setDrawer(true);
    document.querySelector<HTMLElement>('input[type="search"]')?.focus();
  },
  ',': () => (navStore.getState().settings ? closeSettings() : showSettings()),
};

const SHIFT_KEYS: Readonly<Record<string, () => void>> = { n: () => void newWindow() };

import { useEffect } from 'react';
import { useStore } from 'zustand';
import { appStore } from '../state/app.ts';

/** Puts the theme on the document; "system" follows the desktop as it changes. */
export function useTheme(): void {
  const theme = useStore(appStore, (s) => s.settings.theme);
  useEffect(() => {
    const system = window.matchMedia('(prefers-color-scheme: light)');
    const apply = () => {
      const light = theme === 'system' ? system.matches : theme === 'light';
      document.documentElement.dataset['theme'] = light ? 'light' : 'dark';
    };
    apply();
    system.addEventListener('change', apply);
    return () => system.removeEventListener('change', apply);
  }, [theme]);
}

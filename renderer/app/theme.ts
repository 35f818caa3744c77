import type { Settings } from '@shared/contract/app.ts';
import { useEffect } from 'react';
import { useStore } from 'zustand';
import { appStore } from '../state/app.ts';

const LIGHT = '(prefers-color-scheme: light)';
/** With forced colours the system's own take over; what is left to us is strong, too. */
const MORE = '(prefers-contrast: more), (forced-colors: active)';

/** Puts the theme on the document; what follows the system follows it as it changes. */
export function useTheme(): void {
  const theme = useStore(appStore, (s) => s.settings.theme);
  const contrast = useStore(appStore, (s) => s.settings.contrast);
  useEffect(() => {
    const queries = [matchMedia(LIGHT), matchMedia(MORE)];
    const apply = () => Object.assign(document.documentElement.dataset, look({ theme, contrast }));
    apply();
    for (const query of queries) query.addEventListener('change', apply);
    return () => {
      for (const query of queries) query.removeEventListener('change', apply);
    };
  }, [theme, contrast]);
}

function look({ theme, contrast }: Pick<Settings, 'theme' | 'contrast'>) {
  const light = theme === 'system' ? matchMedia(LIGHT).matches : theme === 'light';
  const more = contrast === 'system' ? matchMedia(MORE).matches : contrast === 'more';
  return { theme: light ? 'light' : 'dark', contrast: more ? 'more' : 'standard' };
}

/** Where the system draws no frame, the title bar is it (shell.css). */
export function usePlatformMark(): void {
  const platform = useStore(appStore, (s) => s.info?.platform);
  useEffect(() => {
    if (platform) document.documentElement.dataset['platform'] = platform;
  }, [platform]);
}

import { useStore } from 'zustand';
import { type Keymap, keymapOf } from '../lib/keymap.ts';
import { keysAria, keysText, type Platform } from '../lib/keys.ts';
import { type App, appStore } from './app.ts';
import { type CommandId, commands } from './commands/registry.ts';

const platformOf = ({ info }: App): Platform => info?.platform ?? 'linux';

let made: {
  readonly platform: Platform;
  readonly chosen: unknown;
  readonly keymap: Keymap<CommandId>;
} | null = null;

function keymapIn(app: App): Keymap<CommandId> {
  const platform = platformOf(app);
  const chosen = app.settings.keys;
  if (made?.platform !== platform || made.chosen !== chosen)
    made = { platform, chosen, keymap: keymapOf(commands, chosen, platform) };
  return made.keymap;
}

/** As the person has them now. */
export function getKeymap(): Keymap<CommandId> {
  return keymapIn(appStore.getState());
}

export function useKeymap(): Keymap<CommandId> {
  return useStore(appStore, keymapIn);
}

export function getPlatform(): Platform {
  return platformOf(appStore.getState());
}

export function usePlatform(): Platform {
  return useStore(appStore, platformOf);
}

export interface Shortcut {
  /** "Ctrl N"; undefined: it has none. */
  readonly text: string | undefined;
  readonly aria: string | undefined;
}

/** Of a button or a menu item that does what the command does. */
export function useShortcut(id: CommandId): Shortcut {
  const platform = usePlatform();
  const keys = useStore(appStore, (s) => keymapIn(s).get(id)?.[0]);
  return {
    text: keys === undefined ? undefined : keysText(keys, platform),
    aria: keys === undefined ? undefined : keysAria(keys, platform),
  };
}

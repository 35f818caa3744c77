import { useStore } from 'zustand';
import { type Keymap, keymapOf } from '../lib/keymap.ts';
import { keysAria, keysText, type Platform } from '../lib/keys.ts';
import { appStore } from './app.ts';
import { type CommandId, commands } from './commands/registry.ts';

let made: { readonly of: readonly unknown[]; readonly keymap: Keymap<CommandId> } | null = null;

/** As the person has them now. */
export function getKeymap(): Keymap<CommandId> {
  const { info } = appStore.getState();
  const platform = info?.platform ?? 'linux';
  if (made?.of[0] !== platform) made = { of: [platform], keymap: keymapOf(commands, {}, platform) };
  return made.keymap;
}

export function getPlatform(): Platform {
  return appStore.getState().info?.platform ?? 'linux';
}

export interface Shortcut {
  /** "Ctrl N"; undefined: it has none. */
  readonly text: string | undefined;
  readonly aria: string | undefined;
}

/** Of a button or a menu item that does what the command does. */
export function useShortcut(id: CommandId): Shortcut {
  const platform = useStore(appStore, (s) => s.info?.platform ?? 'linux');
  const keys = useStore(appStore, () => getKeymap().get(id)?.[0]);
  return {
    text: keys === undefined ? undefined : keysText(keys, platform),
    aria: keys === undefined ? undefined : keysAria(keys, platform),
  };
}

import { type ChosenKeys, withDefault, withKeys, withoutKeys } from '../lib/keymap.ts';
import type { Keys } from '../lib/keys.ts';
import { appStore, setSettings } from './app.ts';
import { type CommandId, commands } from './commands/registry.ts';
import { getPlatform } from './keymap.ts';

const ground = () => ({ commands, chosen: appStore.getState().settings.keys, platform: getPlatform() });

function choose(keys: ChosenKeys): void {
  void setSettings({ keys });
}

export function addKeys(id: CommandId, keys: Keys): void {
  choose(withKeys(ground(), id, keys));
}

export function removeKeys(id: CommandId, keys: Keys): void {
  choose(withoutKeys(ground(), id, keys));
}

export function resetKeys(id: CommandId): void {
  choose(withDefault(ground().chosen, id));
}

export function resetAllKeys(): void {
  choose({});
}

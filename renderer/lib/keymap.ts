import type { Keys, Platform } from './keys.ts';

/** Shortcuts by command, as they are on this computer. */
export type Keymap<Id extends string> = ReadonlyMap<Id, readonly Keys[]>;

/** What a command brings. */
export interface Bindable {
  readonly keys?: readonly Keys[];
  readonly macKeys?: readonly Keys[];
}

/** Shortcuts that a person chose, by the id of the command; an empty list: it shall have none. */
export type ChosenKeys = Readonly<Record<string, readonly Keys[]>>;

export function defaultKeys({ keys = [], macKeys = keys }: Bindable, platform: Platform): readonly Keys[] {
  return platform === 'darwin' ? macKeys : keys;
}

export function keymapOf<Id extends string>(
  commands: Readonly<Record<Id, Bindable>>,
  chosen: ChosenKeys,
  platform: Platform,
): Keymap<Id> {
  const taken = new Set(Object.values(chosen).flat());
  const ids = Object.keys(commands) as Id[];
  return new Map(
    ids.map((id) => {
      const own = chosen[id];
      if (own !== undefined) return [id, own];
      // What a person gave to one command, no other has from the start.
      return [id, defaultKeys(commands[id], platform).filter((keys) => !taken.has(keys))];
    }),
  );
}

/** The commands that this stroke means: more than one where only one of them is there at a time. */
export function boundTo<Id extends string>(keymap: Keymap<Id>, keys: Keys): readonly Id[] {
  return [...keymap].flatMap(([id, list]) => (list.includes(keys) ? [id] : []));
}

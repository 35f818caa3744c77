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
  const ids = Object.keys(commands) as Id[];
  const taken = new Set(ids.flatMap((id) => chosen[id] ?? []));
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

/** Where changes begin: the commands, what was chosen before, the platform. */
interface Ground<Id extends string> {
  readonly commands: Readonly<Record<Id, Bindable>>;
  readonly chosen: ChosenKeys;
  readonly platform: Platform;
}

/** One more shortcut of this command; whichever had it loses it. */
export function withKeys<Id extends string>(ground: Ground<Id>, id: Id, keys: Keys): ChosenKeys {
  const { commands, chosen, platform } = ground;
  const own = keymapOf(commands, chosen, platform).get(id) ?? [];
  const others = Object.entries(chosen).map(([other, list]) => [other, list.filter((one) => one !== keys)]);
  return settled(ground, {
    ...Object.fromEntries(others),
    [id]: [...own.filter((one) => one !== keys), keys],
  });
}

export function withoutKeys<Id extends string>(ground: Ground<Id>, id: Id, keys: Keys): ChosenKeys {
  const { commands, chosen, platform } = ground;
  const own = keymapOf(commands, chosen, platform).get(id) ?? [];
  return settled(ground, { ...chosen, [id]: own.filter((one) => one !== keys) });
}

/** As the command brings it, but for what was given to others. */
export function withDefault(chosen: ChosenKeys, id: string): ChosenKeys {
  return Object.fromEntries(Object.entries(chosen).filter(([other]) => other !== id));
}

/** What is as the command brings it anyway is not a choice. */
function settled<Id extends string>({ commands, platform }: Ground<Id>, chosen: ChosenKeys): ChosenKeys {
  const kept = Object.entries(chosen).filter(([id, list]) => {
    const command = (commands as Readonly<Record<string, Bindable | undefined>>)[id];
    return !command || defaultKeys(command, platform).join(' ') !== list.join(' ');
  });
  return Object.fromEntries(kept);
}

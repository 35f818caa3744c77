import { describe, expect, it } from 'vitest';
import { isOfPlace } from '../../lib/key-places.ts';
import { boundTo, keymapOf } from '../../lib/keymap.ts';
import { SETTINGS_PARTS } from '../nav.ts';
import { commandIds, commandOf, commands } from './registry.ts';

describe.each(['linux', 'darwin', 'win32'] as const)('commands on %s', (platform) => {
  const keymap = keymapOf(commands, {}, platform);
  const strokes = [...keymap.values()].flat();

  it('have no shortcut in common', () => {
    const shared = strokes.filter((keys) => boundTo(keymap, keys).length > 1);
    expect(shared).toEqual([]);
  });

  it('can be reached while one writes a message', () => {
    // What only makes sense elsewhere.
    const elsewhere = new Set(['?']);
    const kept = strokes.filter((keys) => isOfPlace(keys, 'text', platform) && !elsewhere.has(keys));
    expect(kept).toEqual([]);
  });
});

it.each(SETTINGS_PARTS)('lead to the part “%s” of the settings', (part) => {
  expect(commandIds).toContain(`settings.${part}`);
});

it('have a title of their own', () => {
  const titles = commandIds.map((id) => commandOf(id).title);
  expect(new Set(titles).size).toBe(titles.length);
});

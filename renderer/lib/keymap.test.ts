import { expect, it } from 'vitest';
import { boundTo, keymapOf, withDefault, withKeys, withoutKeys } from './keymap.ts';

const commands = {
  back: { keys: ['Alt+Left'], macKeys: ['Mod+['] },
  next: { keys: ['Mod+Tab', 'Mod+PageDown'] },
  quiet: {},
};

it('begins with what each command brings on this platform', () => {
  expect(keymapOf(commands, {}, 'linux').get('back')).toEqual(['Alt+Left']);
  expect(keymapOf(commands, {}, 'darwin').get('back')).toEqual(['Mod+[']);
  expect(keymapOf(commands, {}, 'darwin').get('next')).toEqual(['Mod+Tab', 'Mod+PageDown']);
  expect(keymapOf(commands, {}, 'linux').get('quiet')).toEqual([]);
});

it('follows the person: a shortcut that was given to one command is no other’s any more', () => {
  const keymap = keymapOf(commands, { quiet: ['Mod+Tab'], back: [] }, 'linux');
  expect(keymap.get('quiet')).toEqual(['Mod+Tab']);
  expect(keymap.get('next')).toEqual(['Mod+PageDown']);
  expect(keymap.get('back')).toEqual([]);
  expect(boundTo(keymap, 'Mod+Tab')).toEqual(['quiet']);
  expect(boundTo(keymap, 'Alt+Left')).toEqual([]);
});

it('survives what an earlier or later version wrote', () => {
  expect(keymapOf(commands, { gone: ['Mod+G'] }, 'linux').get('next')).toEqual(['Mod+Tab', 'Mod+PageDown']);
});

it('gives and takes shortcuts, and writes down only what differs from what a command brings', () => {
  const ground = { commands, chosen: {}, platform: 'linux' as const };
  const added = withKeys(ground, 'back', 'Mod+B');
  expect(added).toEqual({ back: ['Alt+Left', 'Mod+B'] });
  expect(withoutKeys({ ...ground, chosen: added }, 'back', 'Mod+B')).toEqual({});
  const none = withoutKeys(ground, 'back', 'Alt+Left');
  expect(none).toEqual({ back: [] });
  expect(withDefault(none, 'back')).toEqual({});
});

it('takes a shortcut from whichever had it, by choice or from the start', () => {
  const ground = { commands, platform: 'linux' as const };
  const first = withKeys({ ...ground, chosen: {} }, 'quiet', 'Alt+Left');
  expect(keymapOf(commands, first, 'linux').get('back')).toEqual([]);
  const second = withKeys({ ...ground, chosen: first }, 'next', 'Alt+Left');
  expect(second).toEqual({ next: ['Mod+Tab', 'Mod+PageDown', 'Alt+Left'] });
  // Given back, it is where it was.
  expect(withKeys({ ...ground, chosen: second }, 'back', 'Alt+Left')).toEqual({});
});

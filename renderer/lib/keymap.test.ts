import { expect, it } from 'vitest';
import { boundTo, keymapOf } from './keymap.ts';

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

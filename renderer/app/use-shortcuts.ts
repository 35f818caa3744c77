import { useEffect } from 'react';
import { isOfPlace, placeOfFocus } from '../lib/key-places.ts';
import { boundTo } from '../lib/keymap.ts';
import { keysOf } from '../lib/keys.ts';
import { strokeOf } from '../lib/stroke-of.ts';
import type { Command } from '../state/commands/command.ts';
import { type CommandId, commandOf } from '../state/commands/registry.ts';
import { isAvailable, runCommand } from '../state/commands/run.ts';
import { getKeymap, getPlatform } from '../state/keymap.ts';
import { navStore } from '../state/nav.ts';

/** Shortcuts work everywhere in the window, but where what has the focus needs the stroke for itself. */
export function useShortcuts(): void {
  useEffect(() => {
    window.addEventListener('keydown', onKey);
    window.addEventListener('mousedown', onSideButton);
    window.addEventListener('mouseup', onSideButton);
    return () => {
      window.removeEventListener('keydown', onKey);
      window.removeEventListener('mousedown', onSideButton);
      window.removeEventListener('mouseup', onSideButton);
    };
  }, []);
}

/** A dialog keeps shortcuts from what lies behind it. */
function reach(): readonly ('page' | NonNullable<Command['over']>)[] {
  const dialogs = document.querySelectorAll('dialog:modal').length;
  if (dialogs === 0) return ['page', 'settings', 'dialogs'];
  return dialogs === 1 && navStore.getState().settings !== null ? ['settings', 'dialogs'] : ['dialogs'];
}

const SIDE_BUTTONS: Readonly<Record<number, CommandId>> = { 3: 'go.back', 4: 'go.forward' };

/** The mouse's own back and forward. */
function onSideButton(event: MouseEvent): void {
  const id = SIDE_BUTTONS[event.button];
  if (id === undefined) return;
  // The press is taken, too: Chromium would go through a history that has one page.
  event.preventDefault();
  if (event.type === 'mouseup' && reach().includes(commandOf(id).over ?? 'page')) runCommand(id);
}

function onKey(event: KeyboardEvent): void {
  // Who has it taken says so; a word that is still being composed is text.
  if (event.defaultPrevented || event.isComposing) return;
  const platform = getPlatform();
  const keys = keysOf(strokeOf(event), platform);
  if (keys === null || isOfPlace(keys, placeOfFocus(document.activeElement), platform)) return;
  const reachable = reach();
  const id = boundTo(getKeymap(), keys).find(
    (one) => reachable.includes(commandOf(one).over ?? 'page') && isAvailable(one),
  );
  if (id === undefined) return;
  event.preventDefault();
  runCommand(id);
}

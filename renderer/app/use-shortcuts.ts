import { useEffect } from 'react';
import { isOfPlace, placeOfFocus } from '../lib/key-places.ts';
import { boundTo } from '../lib/keymap.ts';
import { keysOf } from '../lib/keys.ts';
import { commandOf } from '../state/commands/registry.ts';
import { isAvailable, runCommand } from '../state/commands/run.ts';
import { getKeymap, getPlatform } from '../state/keymap.ts';

/** Shortcuts work everywhere in the window, but where what has the focus needs the stroke for itself. */
export function useShortcuts(): void {
  useEffect(() => {
    window.addEventListener('keydown', onKey);
    return () => window.removeEventListener('keydown', onKey);
  }, []);
}

function onKey(event: KeyboardEvent): void {
  // Who has it taken says so; a word that is still being composed is text.
  if (event.defaultPrevented || event.isComposing) return;
  const platform = getPlatform();
  const altGraph = event.getModifierState('AltGraph');
  const { key, code, ctrlKey, metaKey, altKey, shiftKey } = event;
  const keys = keysOf({ key, code, ctrlKey, metaKey, altKey, shiftKey, altGraph }, platform);
  if (keys === null || isOfPlace(keys, placeOfFocus(document.activeElement), platform)) return;
  const behindDialog = document.querySelector('dialog:modal') !== null;
  const id = boundTo(getKeymap(), keys).find(
    (one) => (!behindDialog || commandOf(one).overDialogs === true) && isAvailable(one),
  );
  if (id === undefined) return;
  event.preventDefault();
  runCommand(id);
}

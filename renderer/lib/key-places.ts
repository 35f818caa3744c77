import { type Keys, type Platform, partsOf } from './keys.ts';

/** What has the focus: it may need a stroke for itself. */
export type KeyPlace = 'page' | 'text' | 'terminal';

/** Move, select, cut, paste, undo. */
const EDITING = new Set(['A', 'C', 'V', 'X', 'Y', 'Z']);
const MOVING = new Set([
  'Left',
  'Right',
  'Up',
  'Down',
  'Home',
  'End',
  'Backspace',
  'Delete',
  'Enter',
  'Insert',
]);
/** macOS edits text with Control, too. */
const MAC_CONTROL = new Set(['A', 'B', 'D', 'E', 'F', 'H', 'K', 'N', 'O', 'P', 'T', 'V', 'Y']);
/** With Ctrl alone a terminal sends these to its program. */
const CONTROL = /^(?:[A-Z]|[2-8]|[@[\\\]^_/`]|(?!Tab$).{2,})$/;

/** True: what has the focus means something by it, so no command may take it. */
export function isOfPlace(keys: Keys, place: KeyPlace, platform: Platform): boolean {
  if (place === 'page') return false;
  return place === 'text' ? isOfText(keys, platform) : isOfTerminal(keys, platform);
}

function isOfText(keys: Keys, platform: Platform): boolean {
  const { modifiers, key } = partsOf(keys);
  const mac = platform === 'darwin';
  if (modifiers.has('Mod')) {
    if (modifiers.has('Alt')) return false;
    return MOVING.has(key) || (EDITING.has(key) && !(modifiers.has('Shift') && !'VZ'.includes(key)));
  }
  if (modifiers.has('Meta')) return false;
  if (modifiers.has('Ctrl')) return MAC_CONTROL.has(key) || MOVING.has(key);
  if (modifiers.has('Alt')) return mac && (key.length === 1 || MOVING.has(key));
  return !/^F\d/.test(key);
}

function isOfTerminal(keys: Keys, platform: Platform): boolean {
  const { modifiers, key } = partsOf(keys);
  if (platform === 'darwin') return modifiers.has('Mod') ? EDITING.has(key) : true;
  if (!modifiers.has('Mod')) return !modifiers.has('Meta');
  if (modifiers.has('Shift')) return key === 'C' || key === 'V' || (key.length > 1 && key !== 'Tab');
  return modifiers.has('Alt') || CONTROL.test(key);
}

/** Where the focus is. */
export function placeOfFocus(element: Element | null): KeyPlace {
  if (element === null) return 'page';
  if (element.closest('.xterm')) return 'terminal';
  return element.matches(
    'textarea, input:not([type="checkbox"], [type="radio"], [type="range"]), [contenteditable]',
  )
    ? 'text'
    : 'page';
}

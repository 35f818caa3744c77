export type Platform = 'linux' | 'darwin' | 'win32';

/**
 * A stroke as it is written down and compared: "Mod+Shift+N". Mod is Cmd on macOS and Ctrl elsewhere; Ctrl is macOS's
 * other key, Meta everybody else's. Shift is named with letters and with keys that have a name; "?" has it in itself.
 */
export type Keys = string;

/** What of a keyboard event matters. */
export interface Stroke {
  readonly key: string;
  readonly code: string;
  readonly ctrlKey: boolean;
  readonly metaKey: boolean;
  readonly altKey: boolean;
  readonly shiftKey: boolean;
  /** AltGr is held: it writes a character. */
  readonly altGraph?: boolean;
}

const NAMED: Readonly<Record<string, string>> = {
  ArrowLeft: 'Left',
  ArrowRight: 'Right',
  ArrowUp: 'Up',
  ArrowDown: 'Down',
  ' ': 'Space',
  Escape: 'Escape',
  Enter: 'Enter',
  Tab: 'Tab',
  Backspace: 'Backspace',
  Delete: 'Delete',
  Insert: 'Insert',
  Home: 'Home',
  End: 'End',
  PageUp: 'PageUp',
  PageDown: 'PageDown',
};

const CODES: Readonly<Record<string, string>> = {
  Comma: ',',
  Period: '.',
  Slash: '/',
  Semicolon: ';',
  Quote: "'",
  BracketLeft: '[',
  BracketRight: ']',
  Backslash: '\\',
  Minus: '-',
  Equal: '=',
  Backquote: '`',
};

/** Null: no stroke of its own (a modifier alone, a dead key, a character written with AltGr). */
export function keysOf(stroke: Stroke, platform: Platform): Keys | null {
  const mac = platform === 'darwin';
  const key = keyOf(stroke, mac);
  if (key === null) return null;
  if (!mac && stroke.altGraph === true && key.length === 1) return null;
  const named = key.length > 1;
  const modifiers = [
    ...((mac ? stroke.metaKey : stroke.ctrlKey) ? ['Mod'] : []),
    ...(mac && stroke.ctrlKey ? ['Ctrl'] : []),
    ...(!mac && stroke.metaKey ? ['Meta'] : []),
    ...(stroke.altKey ? ['Alt'] : []),
    ...(stroke.shiftKey && (named || isLetter(key)) ? ['Shift'] : []),
  ];
  return [...modifiers, key].join('+');
}

/** What the layout writes counts; where it writes no Latin letter, the place of the key does. */
function keyOf({ key, code, altKey }: Stroke, mac: boolean): string | null {
  const named = NAMED[key];
  if (named !== undefined) return named;
  if (/^F\d{1,2}$/.test(key)) return key;
  // Option writes other characters on macOS.
  if (/^[!-~]$/.test(key) && !(mac && altKey)) return key.toUpperCase();
  const [, ofCode] = /^(?:Key([A-Z])|Digit(\d))$/.exec(code)?.filter((part) => part !== undefined) ?? [];
  if (key.length === 1 || key === 'Dead') return ofCode ?? CODES[code] ?? null;
  return null;
}

const isLetter = (key: string) => /^[A-Z]$/.test(key);

interface Parts {
  readonly modifiers: ReadonlySet<string>;
  readonly key: string;
}

/** The last "+" may be the key. */
export function partsOf(keys: Keys): Parts {
  const at = keys.lastIndexOf('+', keys.length - 2);
  return { modifiers: new Set(keys.slice(0, Math.max(0, at)).split('+')), key: keys.slice(at + 1) };
}

const GLYPHS: Readonly<Record<string, string>> = {
  Left: '←',
  Right: '→',
  Up: '↑',
  Down: '↓',
  Escape: 'Esc',
  Delete: 'Del',
  PageUp: 'PgUp',
  PageDown: 'PgDn',
  Enter: '⏎',
};
const MAC_MODIFIERS = [
  ['Ctrl', '⌃'],
  ['Alt', '⌥'],
  ['Shift', '⇧'],
  ['Mod', '⌘'],
] as const;
const MODIFIERS = [
  ['Mod', 'Ctrl'],
  ['Meta', 'Super'],
  ['Alt', 'Alt'],
  ['Shift', 'Shift'],
] as const;

/** As a person reads it: "Ctrl Shift N", "⇧⌘N". */
export function keysText(keys: Keys, platform: Platform): string {
  const { modifiers, key } = partsOf(keys);
  const mac = platform === 'darwin';
  const names = (mac ? MAC_MODIFIERS : MODIFIERS).flatMap(([id, text]) =>
    modifiers.has(id) ? [text] : [],
  );
  return [...names, GLYPHS[key] ?? key].join(mac ? '' : ' ');
}

const ARIA: Readonly<Record<string, string>> = {
  Left: 'ArrowLeft',
  Right: 'ArrowRight',
  Up: 'ArrowUp',
  Down: 'ArrowDown',
};

/** As `aria-keyshortcuts` wants it. */
export function keysAria(keys: Keys, platform: Platform): string {
  const { modifiers, key } = partsOf(keys);
  const mod = platform === 'darwin' ? 'Meta' : 'Control';
  const names = [
    ...(modifiers.has('Mod') ? [mod] : []),
    ...(modifiers.has('Ctrl') ? ['Control'] : []),
    ...(modifiers.has('Meta') ? ['Meta'] : []),
    ...(modifiers.has('Alt') ? ['Alt'] : []),
    ...(modifiers.has('Shift') ? ['Shift'] : []),
  ];
  return [...names, ARIA[key] ?? key].join('+');
}

import { isOfPlace } from './key-places.ts';
import { type Keys, keysText, type Platform, partsOf } from './keys.ts';

export type KeyProblem =
  /** It cannot be given to a command. */
  | { readonly kind: 'refused'; readonly text: string }
  /** It can, but will not always work. */
  | { readonly kind: 'limited'; readonly text: string };

/** Moving about, choosing and leaving would not work any more. */
const MOVES = /^(?:Tab|Enter|Space|Escape|Left|Right|Up|Down|Home|End|PageUp|PageDown|Backspace|Delete)$/;
/** Of the system's menu, or of the system itself. */
const SYSTEM: Readonly<Record<string, string>> = {
  'Mod+Q': 'quits Gaffer',
  'Mod+W': 'closes the window',
  'Mod+M': 'minimises the window',
  'Mod+R': 'reloads the window',
  'Mod+H': 'hides Gaffer',
};

/** What is wrong with these keys as a shortcut, whoever else has them; null: nothing. */
export function keyProblem(keys: Keys, platform: Platform): KeyProblem | null {
  const { modifiers, key } = partsOf(keys);
  const text = keysText(keys, platform);
  const bare = ['Mod', 'Ctrl', 'Alt', 'Meta'].every((one) => !modifiers.has(one));
  if (bare && MOVES.test(key))
    return { kind: 'refused', text: `${text} is needed to move about and to choose.` };
  const system = SYSTEM[keys];
  if (system !== undefined && (platform === 'darwin' || keys !== 'Mod+H'))
    return { kind: 'refused', text: `${text} ${system}.` };
  if (isOfPlace(keys, 'text', platform))
    return { kind: 'limited', text: `While you write, ${text} stays with the text.` };
  return null;
}

/** Keys that belong to a part of the window and cannot be changed. Mod is written as the platform's own. */
interface FixedKeys {
  readonly part: string;
  readonly rows: readonly (readonly [keys: string, words: string])[];
}

export const FIXED_KEYS: readonly FixedKeys[] = [
  {
    part: 'Message box',
    rows: [
      ['Enter', 'Send, or queue while the agent works'],
      ['Mod+Enter', 'Send now'],
      ['Shift+Enter', 'New line'],
      ['Up', 'Edit the last message, when empty'],
      ['Escape', 'Leave an edit; twice when empty: stop'],
    ],
  },
  {
    part: 'List of chats',
    rows: [
      ['Enter', 'Open'],
      ['F2', 'Rename'],
      ['Delete', 'Archive or restore'],
      ['Shift+F10', 'More actions'],
    ],
  },
  {
    part: 'Palette',
    rows: [
      ['Mod+Enter', 'Open the chat side by side'],
      ['>', 'Commands only'],
    ],
  },
  { part: 'Terminal', rows: [['Mod+Shift+Escape', 'Leave it']] },
];

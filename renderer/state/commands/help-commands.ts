import { Keyboard } from 'lucide-react';
import { showOverlay } from '../overlay.ts';
import { defineCommands } from './command.ts';

export const helpCommands = defineCommands({
  'help.shortcuts': {
    title: 'Keyboard shortcuts',
    words: 'cheat sheet help keys',
    section: 'Help',
    icon: Keyboard,
    keys: ['?', 'Mod+/'],
    over: 'settings',
    run: () => showOverlay({ kind: 'cheat-sheet' }),
  },
});

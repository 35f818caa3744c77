import { chatCommands } from './chat-commands.ts';
import type { Command } from './command.ts';
import { goCommands } from './go-commands.ts';
import { helpCommands } from './help-commands.ts';
import { placeCommands } from './place-commands.ts';
import { settingsCommands } from './settings-commands.ts';
import { viewCommands } from './view-commands.ts';
import { writeCommands } from './write-commands.ts';

/** Everything that the window can be told to do. An action without a command is not finished. */
export const commands = {
  ...chatCommands,
  ...writeCommands,
  ...goCommands,
  ...viewCommands,
  ...placeCommands,
  ...settingsCommands,
  ...helpCommands,
};

/** Kept in the settings with the shortcuts that a person chose: never renamed. */
export type CommandId = keyof typeof commands;

export const commandIds = Object.keys(commands) as readonly CommandId[];

export function commandOf(id: CommandId): Command {
  return commands[id];
}

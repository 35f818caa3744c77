import type { CommandId } from '../../state/commands/registry.ts';

export interface SlashCommand {
  readonly name: string;
  readonly words: string;
  readonly command: CommandId;
  /** Why it may not be possible now. */
  readonly waits: string;
}

const TURN = 'when this turn is over';
const NOT_HERE = 'not here';

function slash(name: string, command: CommandId, words: string, waits = NOT_HERE): SlashCommand {
  return { name, command, words, waits };
}

/** Commands of the window that belong to what one writes. The palette has all. */
export const SLASH_COMMANDS: readonly SlashCommand[] = [
  slash('compact', 'chat.compact', 'Go on from a summary of what was said so far', TURN),
  slash('clear', 'chat.clear', 'The model starts afresh; the rows above stay', TURN),
  slash('model', 'write.model', 'Choose who answers'),
  slash('effort', 'write.effort', 'Choose how long the model thinks', 'not with this model'),
  slash('mode', 'write.mode', 'Choose what the agent may do unasked'),
  slash('attach', 'write.attach', 'Attach files to the message'),
  slash('new', 'chat.new', 'Start another chat here'),
  slash('fork', 'chat.fork', 'Go on from here in a chat of its own'),
  slash('rename', 'chat.rename', 'Give the chat another title'),
  slash('title', 'chat.regenerateTitle', 'Let the model find a title'),
  slash('copy', 'chat.copyAnswer', 'Copy the last answer', 'nothing was answered yet'),
  slash('pause', 'write.pauseQueue', 'Let what is queued wait, or go on', 'nothing is queued'),
  slash('stop', 'chat.stop', 'Stop the chat and its agents', 'nothing runs'),
  slash('archive', 'chat.archive', 'Put the chat away'),
  slash('changes', 'view.changes', 'Show what differs in the workspace'),
  slash('files', 'view.files', 'Show the files of the workspace'),
  slash('terminal', 'place.terminal', 'Open a terminal in the workspace'),
  slash('help', 'help.shortcuts', 'Show all shortcuts'),
];

/** Commands that the text may become: it is nothing but a slash and the beginning of a name. */
export function slashMatches(text: string): readonly SlashCommand[] {
  const [, typed] = /^\/([a-z]*)\s?$/i.exec(text) ?? [];
  if (typed === undefined) return [];
  return SLASH_COMMANDS.filter((command) => command.name.startsWith(typed.toLowerCase()));
}

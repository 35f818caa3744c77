export interface SlashCommand {
  readonly name: string;
  readonly words: string;
}

export const SLASH_COMMANDS: readonly SlashCommand[] = [
  { name: 'compact', words: 'Go on from a summary of what was said so far' },
  { name: 'clear', words: 'The model starts afresh; the rows above stay' },
];

/** Commands that the text may become: it is nothing but a slash and the beginning of a name. */
export function slashMatches(text: string): readonly SlashCommand[] {
  const [, typed] = /^\/([a-z]*)\s?$/i.exec(text) ?? [];
  if (typed === undefined) return [];
  return SLASH_COMMANDS.filter((command) => command.name.startsWith(typed.toLowerCase()));
}

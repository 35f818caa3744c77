import { isAvailable, runCommand } from '../../state/commands/run.ts';
import { type Completion, type Menu, useMenu } from './completion-menu.tsx';
import { type SlashCommand, slashMatches } from './slash.ts';

export interface SlashItem extends Completion {
  readonly slash: SlashCommand;
}

interface SlashInput {
  readonly text: string;
  readonly onText: (text: string) => void;
}

/** The commands that open as one types "/". Running one takes its words out of the message. */
export function useSlash({ text, onText }: SlashInput): {
  readonly menu: Menu<SlashItem>;
  readonly run: (item: SlashItem) => void;
} {
  const run = ({ slash, blocked }: SlashItem) => {
    if (blocked !== null) return;
    onText('');
    runCommand(slash.command);
  };
  const items = slashMatches(text).map(itemOf);
  const menu = useMenu({ text, items, onRun: run, onWrite: ({ slash }) => onText(`/${slash.name}`) });
  return { menu, run };
}

function itemOf(slash: SlashCommand): SlashItem {
  const { name, words, command, waits } = slash;
  return {
    key: name,
    label: `/${name}`,
    note: words,
    blocked: isAvailable(command) ? null : waits,
    slash,
  };
}

import { type KeyboardEvent, useState } from 'react';
import { type SlashCommand, slashMatches } from './slash.ts';

const LIST_ID = 'slash-commands';
const optionId = (command: SlashCommand) => `${LIST_ID}-${command.name}`;

export interface Slash {
  readonly items: readonly SlashCommand[];
  readonly active: SlashCommand | null;
  /** True: the key was for the menu. */
  onKey(event: KeyboardEvent): boolean;
}

interface SlashInput {
  readonly text: string;
  readonly onText: (text: string) => void;
  readonly onRun: (command: SlashCommand) => void;
}

/** The commands that open as one types "/": the arrows choose, Enter runs, Tab writes it out, Escape leaves. */
export function useSlash({ text, onText, onRun }: SlashInput): Slash {
  const [state, setState] = useState({ text, at: 0, left: false });
  if (state.text !== text) setState({ text, at: 0, left: false });
  const items = state.left ? [] : slashMatches(text);
  const active = items[Math.min(state.at, items.length - 1)] ?? null;
  const step = (by: number) =>
    setState((s) => ({ ...s, at: (Math.min(s.at, items.length - 1) + by + items.length) % items.length }));
  const onKey = (event: KeyboardEvent) => {
    if (!active || event.shiftKey || event.altKey) return false;
    if (event.key === 'ArrowDown') step(1);
    else if (event.key === 'ArrowUp') step(-1);
    else if (event.key === 'Enter') onRun(active);
    else if (event.key === 'Tab') onText(`/${active.name}`);
    else if (event.key === 'Escape') setState((s) => ({ ...s, left: true }));
    else return false;
    event.preventDefault();
    return true;
  };
  return { items, active, onKey };
}

/** What the text field says of the open menu. */
export function slashAria({ active }: Slash) {
  return active
    ? ({
        'aria-autocomplete': 'list',
        'aria-controls': LIST_ID,
        'aria-activedescendant': optionId(active),
      } as const)
    : {};
}

interface SlashMenuProps {
  readonly slash: Slash;
  /** Why none can run now. */
  readonly blocked: string | null;
  readonly onRun: (command: SlashCommand) => void;
}

export function SlashMenu({ slash: { items, active }, blocked, onRun }: SlashMenuProps) {
  if (items.length === 0) return null;
  return (
    <div
      className="pop list up slash"
      role="listbox"
      id={LIST_ID}
      aria-label="Commands"
      // The focus stays in the message.
      onMouseDown={(event) => event.preventDefault()}
    >
      {items.map((command) => (
        <div
          key={command.name}
          id={optionId(command)}
          role="option"
          aria-selected={command === active}
          aria-disabled={blocked !== null}
          className={`opt-row ${command === active ? 'on' : ''}`}
          onClick={() => onRun(command)}
        >
          <span className="opt-label mono">/{command.name}</span>
          <span className="opt-note">{blocked ?? command.words}</span>
        </div>
      ))}
    </div>
  );
}

import { type KeyboardEvent, type ReactNode, useEffect, useId, useRef, useState } from 'react';

/** Something that the text under the cursor may become, or do. */
export interface Completion {
  readonly key: string;
  readonly label: ReactNode;
  readonly note: string;
  /** Why it cannot be chosen now. */
  readonly blocked: string | null;
}

export interface Menu<C extends Completion> {
  readonly items: readonly C[];
  readonly active: C | null;
  readonly id: string;
  /** True: the key was for the menu. */
  onKey(event: KeyboardEvent): boolean;
}

interface MenuInput<C extends Completion> {
  /** Another text makes another menu: it begins at its first item, and is open again when it was left. */
  readonly text: string;
  readonly items: readonly C[];
  /** Enter. */
  readonly onRun: (item: C) => void;
  /** Tab. */
  readonly onWrite: (item: C) => void;
}

/** Opens as one types: the arrows choose, Enter runs, Tab writes it out, Escape leaves. */
export function useMenu<C extends Completion>({ text, items: all, onRun, onWrite }: MenuInput<C>): Menu<C> {
  const id = useId();
  const [state, setState] = useState({ text, at: 0, left: false });
  if (state.text !== text) setState({ text, at: 0, left: false });
  const items = state.left ? [] : all;
  const active = items[Math.min(state.at, items.length - 1)] ?? null;
  const step = (by: number) =>
    setState((s) => ({ ...s, at: (Math.min(s.at, items.length - 1) + by + items.length) % items.length }));
  const onKey = (event: KeyboardEvent) => {
    if (!active || event.shiftKey || event.altKey || event.ctrlKey || event.metaKey) return false;
    if (event.key === 'ArrowDown') step(1);
    else if (event.key === 'ArrowUp') step(-1);
    else if (event.key === 'Enter') onRun(active);
    else if (event.key === 'Tab') onWrite(active);
    else if (event.key === 'Escape') setState((s) => ({ ...s, left: true }));
    else return false;
    event.preventDefault();
    return true;
  };
  return { items, active, id, onKey };
}

const optionId = (id: string, { key }: Completion) => `${id}-${key}`;

/** What the text field says of the open menu. */
export function menuAria<C extends Completion>({ active, id }: Menu<C>) {
  return active
    ? ({
        'aria-autocomplete': 'list',
        'aria-controls': id,
        'aria-activedescendant': optionId(id, active),
      } as const)
    : {};
}

interface CompletionMenuProps<C extends Completion> {
  /** Its accessible name. */
  readonly label: string;
  readonly menu: Menu<C>;
  readonly onRun: (item: C) => void;
  readonly className?: string;
  /** Below the items: what they leave out. */
  readonly foot?: string | null;
}

export function CompletionMenu<C extends Completion>(props: CompletionMenuProps<C>) {
  const { label, menu, onRun, className = '', foot = null } = props;
  const { items, active, id } = menu;
  if (items.length === 0) return null;
  return (
    <div
      className={`pop list up completions ${className}`}
      role="listbox"
      id={id}
      aria-label={label}
      // What scrolls can be reached; Tab itself writes an option out.
      tabIndex={0}
      // The focus stays in the message.
      onMouseDown={(event) => event.preventDefault()}
    >
      {items.map((item) => (
        <Option
          key={item.key}
          id={optionId(id, item)}
          item={item}
          isActive={item === active}
          onRun={() => onRun(item)}
        />
      ))}
      {foot !== null && <div className="completions-foot">{foot}</div>}
    </div>
  );
}

interface OptionProps {
  readonly id: string;
  readonly item: Completion;
  readonly isActive: boolean;
  readonly onRun: () => void;
}

function Option({ id, item, isActive, onRun }: OptionProps) {
  const ref = useRef<HTMLDivElement>(null);
  useEffect(() => {
    if (isActive) ref.current?.scrollIntoView({ block: 'nearest' });
  }, [isActive]);
  return (
    <div
      ref={ref}
      id={id}
      role="option"
      aria-selected={isActive}
      aria-disabled={item.blocked !== null}
      className={`opt-row ${isActive ? 'on' : ''}`}
      onClick={onRun}
    >
      <span className="opt-label mono">{item.label}</span>
      <span className="opt-note">{item.blocked ?? item.note}</span>
    </div>
  );
}

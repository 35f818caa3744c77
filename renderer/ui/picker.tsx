import { Check, ChevronDown, Search } from 'lucide-react';
import {
  type KeyboardEvent,
  type ReactNode,
  type RefObject,
  useCallback,
  useId,
  useRef,
  useState,
} from 'react';
import { useDismiss } from './use-dismiss.ts';
import { useFloating } from './use-floating.ts';

export interface Choice<T extends string> {
  readonly value: T;
  readonly label: string;
  readonly group?: string | undefined;
  readonly note?: string | undefined;
  /** Why it cannot be chosen. */
  readonly disabled?: string | undefined;
  /** What else it may be looked for by. */
  readonly words?: string;
  /** Stands apart at the end, whatever is looked for. */
  readonly apart?: boolean;
}

interface PickerProps<T extends string> {
  /** Its accessible name: "Model". */
  readonly label: string;
  readonly value: T | null;
  readonly choices: readonly Choice<T>[];
  readonly onPick: (value: T) => void;
  readonly placeholder?: string;
  /** A word about the choice, faint behind it. */
  readonly suffix?: string;
  readonly icon?: ReactNode;
  readonly className?: string;
  readonly down?: boolean;
  readonly disabled?: boolean;
  /** Letters look for a choice in a long list, instead of going to the next that begins with one. */
  readonly searchable?: boolean;
}

/** A combobox without typing: a quiet button with a list, driven by the keyboard as a native one. */
export function Picker<T extends string>(props: PickerProps<T>) {
  const {
    label,
    value,
    choices,
    placeholder,
    suffix,
    icon,
    className,
    down = false,
    disabled = false,
  } = props;
  const root = useRef<HTMLDivElement>(null);
  const button = useRef<HTMLButtonElement>(null);
  const list = useChoices(props, () => button.current?.focus());
  const id = useId();
  useDismiss(root, list.open, list.hide);
  const current = choices.find((c) => c.value === value);
  return (
    <div className="picker" ref={root}>
      <button
        ref={button}
        type="button"
        role="combobox"
        aria-label={label}
        aria-haspopup="listbox"
        aria-expanded={list.open}
        aria-controls={`${id}-list`}
        aria-activedescendant={list.open ? `${id}-${list.active}` : undefined}
        className={`pick ${className ?? ''}`}
        disabled={disabled}
        title={current ? `${label}: ${current.label}` : label}
        onClick={list.open ? list.hide : list.show}
        onKeyDown={list.onKeyDown}
      >
        {icon}
        <span className="pick-text">{current?.label ?? placeholder ?? label}</span>
        {suffix !== undefined && <span className="faint">{suffix}</span>}
        <ChevronDown className="i s" aria-hidden="true" />
      </button>
      {list.open && (
        <Choices
          id={id}
          {...{ label, value, down }}
          anchor={button}
          choices={list.found}
          typed={list.typed}
          active={list.active}
          onPick={list.pick}
        />
      )}
    </div>
  );
}

/** What is open, what is active, and what the keys do. */
function useChoices<T extends string>(props: PickerProps<T>, refocus: () => void) {
  const { value, choices, onPick, searchable = false } = props;
  const [open, setOpen] = useState(false);
  const [active, setActive] = useState(0);
  const [typed, setTyped] = useState('');
  const found = typed === '' ? choices : choices.filter((choice) => isFound(choice, typed));
  const hide = useCallback(() => setOpen(false), []);
  const look = (text: string) => {
    setTyped(text);
    setActive(0);
  };
  const show = () => {
    setTyped('');
    setActive(
      Math.max(
        0,
        choices.findIndex((c) => c.value === value),
      ),
    );
    setOpen(true);
  };
  const pick = (choice: Choice<T> | undefined) => {
    if (!choice || choice.disabled) return;
    hide();
    refocus();
    if (choice.value !== value) onPick(choice.value);
  };
  const onKeyDown = (event: KeyboardEvent) => {
    const next = keyStep(event.key, active, found);
    const text = searchable && open ? typedText(event, typed) : null;
    if (!open) {
      if (!['ArrowDown', 'ArrowUp', 'Enter', ' '].includes(event.key)) return;
      show();
    } else if (text !== null) look(text);
    else if (event.key === 'Escape') hide();
    else if (event.key === 'Tab') return hide();
    else if (event.key === 'Enter' || event.key === ' ') pick(found[active]);
    else if (next === null) return;
    else setActive(next);
    event.preventDefault();
    event.stopPropagation();
  };
  return { open, active, found, typed: searchable ? typed : null, show, hide, pick, onKeyDown };
}

function isFound<T extends string>(choice: Choice<T>, typed: string): boolean {
  if (choice.apart) return true;
  const text = `${choice.label} ${choice.group ?? ''} ${choice.words ?? ''}`.toLowerCase();
  return typed
    .toLowerCase()
    .split(' ')
    .every((word) => text.includes(word));
}

/** What is looked for after this key; null: the key is for something else. */
function typedText({ key, ctrlKey, metaKey, altKey }: KeyboardEvent, typed: string): string | null {
  if (ctrlKey || metaKey || altKey) return null;
  if (key === 'Backspace') return typed.slice(0, -1);
  if (key === 'Escape') return typed === '' ? null : '';
  if (key === ' ' && typed === '') return null;
  return key.length === 1 ? typed + key : null;
}

function keyStep<T extends string>(
  key: string,
  active: number,
  choices: readonly Choice<T>[],
): number | null {
  if (key === 'ArrowDown') return Math.min(choices.length - 1, active + 1);
  if (key === 'ArrowUp') return Math.max(0, active - 1);
  if (key === 'Home') return 0;
  if (key === 'End') return choices.length - 1;
  if (key.length !== 1) return null;
  const order = [...choices.keys()].map((i) => (i + active + 1) % choices.length);
  return order.find((i) => choices[i]?.label.toLowerCase().startsWith(key.toLowerCase())) ?? active;
}

interface ChoicesProps<T extends string> {
  readonly id: string;
  readonly label: string;
  readonly choices: readonly Choice<T>[];
  readonly value: T | null;
  /** What is looked for; null: this list is not searched. */
  readonly typed: string | null;
  readonly active: number;
  readonly down: boolean;
  /** What opened it. */
  readonly anchor: RefObject<HTMLElement | null>;
  readonly onPick: (choice: Choice<T>) => void;
}

function Choices<T extends string>(props: ChoicesProps<T>) {
  const { id, label, choices, value, typed, active, down, anchor, onPick } = props;
  const list = useRef<HTMLDivElement>(null);
  useFloating(list, anchor, down ? 'down' : 'up');
  return (
    <div
      ref={list}
      popover="manual"
      className="pop list"
      role="listbox"
      id={`${id}-list`}
      aria-label={label}
      // The focus stays on the button: a press on a line would give it to the dialog around.
      onMouseDown={(e) => e.preventDefault()}
    >
      {typed !== null && (
        <div className="pop-search" role="presentation">
          <Search className="i s" aria-hidden="true" />
          {typed === '' ? <span className="faint">Type to search</span> : typed}
        </div>
      )}
      {choices.every(({ apart }) => apart) && <div className="pop-head">Nothing found</div>}
      {choices.map((choice, i) => (
        <div key={choice.value} role="presentation" className={choice.apart ? 'apart' : undefined}>
          {choice.group !== undefined && choice.group !== choices[i - 1]?.group && (
            <div className="pop-head" role="presentation">
              {choice.group}
            </div>
          )}
          <div
            id={`${id}-${i}`}
            role="option"
            aria-selected={choice.value === value}
            aria-disabled={choice.disabled !== undefined}
            className={`opt-row ${i === active ? 'on' : ''}`}
            ref={(node) => {
              if (i === active) node?.scrollIntoView({ block: 'nearest' });
            }}
            onClick={() => onPick(choice)}
          >
            <span className="opt-check">
              {choice.value === value && <Check className="i s" aria-hidden="true" />}
            </span>
            <span className="opt-label">{choice.label}</span>
            <span className="opt-note">{choice.disabled ?? choice.note}</span>
          </div>
        </div>
      ))}
    </div>
  );
}

import { type KeyboardEvent, useLayoutEffect, useRef, useState } from 'react';
import { FieldFrame, type FrameTexts } from './field-frame.tsx';

export interface Suggestion {
  readonly value: string;
  readonly note: string;
}

interface ComboFieldProps extends FrameTexts {
  readonly value: string;
  readonly placeholder?: string;
  readonly suggestions: readonly Suggestion[];
  readonly disabled?: boolean;
  readonly onChange: (value: string) => void;
  readonly onPick: (value: string) => void;
}

/** A text field that offers what may be meant; anything else may be typed. */
export function ComboField(props: ComboFieldProps) {
  const { label, hint, problem, value, placeholder, disabled = false, onChange } = props;
  const list = useSuggestions(props);
  const active = list.items[list.at];
  return (
    <FieldFrame {...{ label, hint, problem }} className="combo">
      {(control) => (
        <>
          <input
            {...control}
            className="inp mono"
            role="combobox"
            aria-autocomplete="list"
            aria-haspopup="listbox"
            aria-expanded={list.open}
            aria-controls={`${control.id}-list`}
            aria-activedescendant={list.open && active ? `${control.id}-${list.at}` : undefined}
            autoComplete="off"
            spellCheck={false}
            disabled={disabled}
            value={value}
            placeholder={placeholder}
            onChange={(event) => {
              list.show();
              onChange(event.target.value);
            }}
            onClick={list.show}
            onBlur={list.hide}
            onKeyDown={list.onKeyDown}
          />
          {list.open && (
            <Suggestions id={control.id} label={label} items={list.items} at={list.at} onPick={list.pick} />
          )}
        </>
      )}
    </FieldFrame>
  );
}

/** Nothing is active before the person goes there: Enter sends what was typed. */
const NONE = -1;

function useSuggestions({ value, suggestions, onPick }: ComboFieldProps) {
  const [state, setState] = useState({ wanted: false, at: NONE });
  const typed = value.trim().toLowerCase();
  const items = suggestions.filter(
    (one) => `${one.value} ${one.note}`.toLowerCase().includes(typed) && one.value !== value.trim(),
  );
  const open = state.wanted && items.length > 0;
  const at = Math.min(state.at, items.length - 1);
  const show = () => setState({ wanted: true, at: NONE });
  const hide = () => setState({ wanted: false, at: NONE });
  const step = (by: number) => {
    const count = items.length + 1;
    setState({ wanted: true, at: open ? ((at + 1 + by + count) % count) - 1 : NONE });
  };
  const pick = (item: Suggestion | undefined) => {
    hide();
    if (item) onPick(item.value);
  };
  const onKeyDown = (event: KeyboardEvent) => {
    if (event.key === 'ArrowDown') step(1);
    else if (event.key === 'ArrowUp') step(-1);
    else if (open && event.key === 'Enter' && at !== NONE) pick(items[at]);
    // Takes the list away, and not the dialog around it.
    else if (open && event.key === 'Escape') hide();
    else return;
    event.preventDefault();
    event.stopPropagation();
  };
  return { open, items, at, show, hide, pick, onKeyDown };
}

interface SuggestionsProps {
  readonly id: string;
  readonly label: string;
  readonly items: readonly Suggestion[];
  readonly at: number;
  readonly onPick: (item: Suggestion) => void;
}

function Suggestions({ id, label, items, at, onPick }: SuggestionsProps) {
  const ref = useRef<HTMLDivElement>(null);
  // Fixed: inside a dialog that scrolls it would be cut off.
  useLayoutEffect(() => {
    const field = document.getElementById(id)?.getBoundingClientRect();
    if (!field || !ref.current) return;
    Object.assign(ref.current.style, {
      left: `${field.left}px`,
      top: `${field.bottom + 4}px`,
      width: `${field.width}px`,
      maxHeight: `${Math.max(96, Math.min(240, window.innerHeight - field.bottom - 16))}px`,
    });
  });
  return (
    <div
      ref={ref}
      className="pop list suggestions"
      role="listbox"
      id={`${id}-list`}
      aria-label={label}
      // The focus stays in the field.
      onMouseDown={(event) => event.preventDefault()}
    >
      {items.map((item, i) => (
        <div
          key={item.value}
          id={`${id}-${i}`}
          role="option"
          aria-selected={i === at}
          className={`opt-row ${i === at ? 'on' : ''}`}
          ref={(node) => {
            if (i === at) node?.scrollIntoView({ block: 'nearest' });
          }}
          onClick={() => onPick(item)}
        >
          <span className="opt-label mono">{item.value}</span>
          <span className="opt-note">{item.note}</span>
        </div>
      ))}
    </div>
  );
}

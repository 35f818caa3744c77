import { Check } from 'lucide-react';
import { Fragment, type KeyboardEvent, useCallback, useEffect, useLayoutEffect, useRef } from 'react';
import { useDismiss } from './use-dismiss.ts';

export interface MenuItem {
  readonly label: string;
  readonly keys?: string;
  /** Said above the first of them. */
  readonly group?: string;
  /** A line above it. */
  readonly apart?: boolean;
  /** On or off; `only`: one of its group is. */
  readonly checked?: boolean;
  readonly only?: boolean;
  readonly run: () => void;
}

/** In the window, in CSS pixels. */
export interface Point {
  readonly x: number;
  readonly y: number;
}

interface MenuProps {
  readonly label: string;
  readonly at: Point;
  readonly items: readonly MenuItem[];
  readonly onClose: () => void;
}

const EDGE_PX = 8;

/** A context menu at a point of the window. The focus goes in and comes back to where it was. */
export function Menu({ label, at, items, onClose }: MenuProps) {
  const ref = useRef<HTMLDivElement>(null);
  const close = useCallback(() => onClose(), [onClose]);
  useDismiss(ref, true, close);
  useEffect(() => {
    const before = document.activeElement;
    ref.current?.querySelector('button')?.focus();
    return () => {
      if (before instanceof HTMLElement && document.activeElement === document.body) before.focus();
    };
  }, []);
  const onKeyDown = (event: KeyboardEvent) => {
    // What is pressed in the menu is for the menu, not for what it stands in.
    if (!event.ctrlKey && !event.metaKey) event.stopPropagation();
    const buttons = [...(ref.current?.querySelectorAll('button') ?? [])];
    const at = buttons.findIndex((b) => b === document.activeElement);
    if (event.key === 'ArrowDown') buttons[(at + 1) % buttons.length]?.focus();
    else if (event.key === 'ArrowUp') buttons.at(at - 1)?.focus();
    else if (event.key === 'Escape' || event.key === 'Tab') onClose();
    else return;
    event.preventDefault();
  };
  // Where it was asked for, unless it would leave the window there.
  useLayoutEffect(() => {
    const menu = ref.current;
    if (!menu) return;
    const { width, height } = menu.getBoundingClientRect();
    menu.style.left = `${Math.max(EDGE_PX, Math.min(at.x, window.innerWidth - width - EDGE_PX))}px`;
    menu.style.top = `${Math.max(EDGE_PX, Math.min(at.y, window.innerHeight - height - EDGE_PX))}px`;
  }, [at, items.length]);
  return (
    <div ref={ref} className="pop menu" role="menu" aria-label={label} onKeyDown={onKeyDown}>
      {items.map((item, i) => (
        <Fragment key={`${item.group ?? ''}${item.label}`}>
          {item.group !== undefined && item.group !== items[i - 1]?.group && (
            <div className="pop-head" role="presentation">
              {item.group}
            </div>
          )}
          {item.apart && <div className="menu-line" role="separator" />}
          <Item
            item={item}
            onPress={() => {
              onClose();
              item.run();
            }}
          />
        </Fragment>
      ))}
    </div>
  );
}

function Item({ item, onPress }: { readonly item: MenuItem; readonly onPress: () => void }) {
  const { label, keys, checked, only = false } = item;
  if (checked === undefined) {
    return (
      <button type="button" role="menuitem" onClick={onPress}>
        {label}
        {keys && <kbd>{keys}</kbd>}
      </button>
    );
  }
  return (
    <button
      type="button"
      role={only ? 'menuitemradio' : 'menuitemcheckbox'}
      aria-checked={checked}
      onClick={onPress}
    >
      {label}
      {checked && <Check className="i s acc" aria-hidden="true" />}
    </button>
  );
}

import { type ReactNode, useRef, useState } from 'react';
import { keysText } from '../lib/keys.ts';
import { lookNow } from '../state/commands/now.ts';
import { type CommandId, commandOf } from '../state/commands/registry.ts';
import { runCommand } from '../state/commands/run.ts';
import { getKeymap } from '../state/keymap.ts';
import { Menu, type MenuItem, type Point } from '../ui/menu.tsx';

interface CommandMenuProps {
  /** Of the button and of its menu. */
  readonly label: string;
  readonly className: string;
  readonly title?: string;
  /** What of these can be done now is offered. */
  readonly commands: readonly CommandId[];
  readonly children: ReactNode;
}

/** A button that opens a menu of commands below itself. */
export function CommandMenu({ label, className, title, commands, children }: CommandMenuProps) {
  const button = useRef<HTMLButtonElement>(null);
  const [at, setAt] = useState<Point | null>(null);
  // The press that closes the menu is not one that opens it.
  const pressedOpen = useRef(false);
  const open = () => {
    const box = button.current?.getBoundingClientRect();
    if (box && !pressedOpen.current) setAt({ x: box.left, y: box.bottom + 4 });
    pressedOpen.current = false;
  };
  return (
    <>
      <button
        ref={button}
        type="button"
        className={className}
        aria-label={label}
        title={title ?? label}
        aria-haspopup="menu"
        aria-expanded={at !== null}
        onPointerDown={() => {
          pressedOpen.current = at !== null;
        }}
        onClick={open}
      >
        {children}
      </button>
      {at && <Menu label={label} at={at} items={itemsOf(commands)} onClose={() => setAt(null)} />}
    </>
  );
}

function itemsOf(ids: readonly CommandId[]): readonly MenuItem[] {
  const now = lookNow();
  return ids
    .filter((id) => commandOf(id).when?.(now) !== false)
    .map((id) => {
      const { title, titleNow } = commandOf(id);
      const [keys] = getKeymap().get(id) ?? [];
      return {
        label: titleNow?.(now) ?? title,
        ...(keys === undefined ? {} : { keys: keysText(keys, now.platform) }),
        run: () => void runCommand(id),
      };
    });
}

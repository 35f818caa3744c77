import { ListFilter, X } from 'lucide-react';
import { useCallback, useRef, useState } from 'react';
import { useStore } from 'zustand';
import { chatsStore, showArchived } from '../../state/chats.ts';
import { STATUS_CLASS_WORDS, STATUS_CLASSES } from '../../state/status.ts';
import { GROUPINGS, groupBy, togglePlace, toggleStatus, treeViewStore } from '../../state/tree-view.ts';
import { workspacesStore } from '../../state/workspaces.ts';
import { IconButton } from '../../ui/button.tsx';
import { Menu, type MenuItem, type Point } from '../../ui/menu.tsx';

const GROUPING_WORDS = { workspace: 'Workspace', status: 'Status', date: 'Date' } as const;

/** How the tree is grouped, and which of the chats it shows. */
export function TreeOptions() {
  const [at, setAt] = useState<Point | null>(null);
  const button = useRef<HTMLButtonElement>(null);
  const narrowed = useStore(treeViewStore, (s) => s.statuses.length + s.places.length > 0);
  const close = useCallback(() => setAt(null), []);
  const open = () => {
    const box = button.current?.getBoundingClientRect();
    setAt({ x: box?.left ?? 0, y: (box?.bottom ?? 0) + 4 });
  };
  return (
    <>
      <IconButton
        ref={button}
        label="Group and filter"
        aria-haspopup="menu"
        aria-expanded={at !== null}
        className={narrowed ? 'on' : ''}
        onClick={open}
      >
        <ListFilter className="i" aria-hidden="true" />
      </IconButton>
      {at && <OptionsMenu at={at} onClose={close} />}
    </>
  );
}

function OptionsMenu({ at, onClose }: { readonly at: Point; readonly onClose: () => void }) {
  const { grouping, statuses, places } = useStore(treeViewStore);
  const archived = useStore(chatsStore, (s) => s.showArchived);
  const list = useStore(workspacesStore, (s) => s.list) ?? [];
  const items: readonly MenuItem[] = [
    ...GROUPINGS.map((one) => ({
      label: GROUPING_WORDS[one],
      group: 'Group by',
      checked: one === grouping,
      only: true,
      run: () => groupBy(one),
    })),
    ...STATUS_CLASSES.map((one) => ({
      label: STATUS_CLASS_WORDS[one],
      group: 'Only with status',
      checked: statuses.includes(one),
      run: () => toggleStatus(one),
    })),
    ...list.map(({ id, name, host, hostId }) => ({
      label: hostId === null ? name : `${name} · ${host}`,
      group: 'Only in workspace',
      checked: places.includes(id),
      run: () => togglePlace(id),
    })),
    {
      label: 'Archived chats',
      group: 'Instead',
      checked: archived,
      run: () => showArchived(!archived),
    },
  ];
  return <Menu label="Group and filter" at={at} items={items} onClose={onClose} />;
}

/** What narrows the tree, each with a way to let go of it. */
export function FilterChips() {
  const { statuses, places } = useStore(treeViewStore);
  const archived = useStore(chatsStore, (s) => s.showArchived);
  const list = useStore(workspacesStore, (s) => s.list) ?? [];
  const chips = [
    ...(archived ? [{ key: 'archived', label: 'Archived', remove: () => showArchived(false) }] : []),
    ...statuses.map((one) => ({
      key: one,
      label: STATUS_CLASS_WORDS[one],
      remove: () => toggleStatus(one),
    })),
    ...places.map((id) => ({
      key: id,
      label: list.find((place) => place.id === id)?.name ?? 'Removed workspace',
      remove: () => togglePlace(id),
    })),
  ];
  if (chips.length === 0) return null;
  return (
    <ul className="filters" aria-label="Filters">
      {chips.map(({ key, label, remove }) => (
        <li key={key}>
          <button type="button" className="chip" aria-label={`Remove filter: ${label}`} onClick={remove}>
            {label}
            <X className="i xs" aria-hidden="true" />
          </button>
        </li>
      ))}
    </ul>
  );
}

import { ChevronDown, ChevronRight, Hand } from 'lucide-react';
import type { MouseEvent } from 'react';
import { useStore } from 'zustand';
import { hostsStore, waitingWords } from '../../state/hosts.ts';
import { placeLook } from '../../state/workspace-status.ts';
import type { Point } from '../../ui/menu.tsx';
import { StateMark } from '../../ui/state-mark.tsx';
import { NEEDS } from './tree-groups.ts';
import type { TreeRow } from './tree-rows.ts';

interface GroupRowProps {
  readonly id: string;
  readonly row: TreeRow & { kind: 'group' };
  readonly active: boolean;
  readonly onPress: (event: MouseEvent) => void;
  readonly onMenu: (at: Point) => void;
}

/** A workspace with the state of the link to its machine, and what that waits for. */
export function GroupRow({ id, row, active, onPress, onMenu }: GroupRowProps) {
  const { workspace } = row;
  const waiting = useStore(hostsStore, (s) => workspace && waitingWords(s.questions, workspace.host));
  const Caret = row.open ? ChevronDown : ChevronRight;
  const look = workspace && placeLook(workspace);
  const state = look && waiting === null ? look.words : '';
  return (
    <div
      id={id}
      role="treeitem"
      aria-level={1}
      aria-expanded={row.open}
      aria-setsize={row.size}
      aria-posinset={row.position}
      aria-label={nameOf(row, state, waiting)}
      className={`grp ${active ? 'active' : ''} ${row.key === NEEDS ? 'needs' : ''}`}
      title={workspace ? `${workspace.host}:${workspace.directory}` : undefined}
      onClick={onPress}
      onContextMenu={(event) => {
        if (!workspace) return;
        event.preventDefault();
        onMenu({ x: event.clientX, y: event.clientY });
      }}
    >
      <Caret className="i s" aria-hidden="true" />
      <span className="grp-name">
        {row.workspace && row.open ? row.name : `${row.name} · ${row.count}`}
      </span>
      {workspace && look && (
        <span className="where">
          <span className={`where-mark ${look.tone}`}>
            <StateMark glyph={look.glyph} link={workspace.link.state} />
          </span>
          {/* Its state needs the room more than what most of them have in common. */}
          {(workspace.hostId !== null || look.glyph === 'link') && (
            <span className="where-host">{workspace.host}</span>
          )}
          {state !== '' && <span className={`where-link ${look.tone}`}>{state}</span>}
        </span>
      )}
      {waiting !== null && (
        <span className="grp-waits warn">
          <Hand className="i xs" aria-hidden="true" />
          <span>{waiting}</span>
        </span>
      )}
    </div>
  );
}

function nameOf(row: GroupRowProps['row'], state: string, waiting: string | null): string {
  if (!row.workspace) return `${row.name}, ${row.count}`;
  const where = `${row.workspace.host}${state === '' ? '' : ` ${state}`}`;
  return [row.name, where, waiting ?? ''].filter((part) => part !== '').join(', ');
}

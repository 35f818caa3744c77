import type { WorkspaceId } from '@shared/model/ids.ts';
import type { TerminalSummary } from '@shared/model/terminal.ts';
import type { LinkState, WorkspaceSummary } from '@shared/model/workspace.ts';
import { Plus, SquareTerminal, X } from 'lucide-react';
import { useEffect, useRef, useState } from 'react';
import { useStore } from 'zustand';
import type { Inspected } from '../../state/inspector.ts';
import {
  chooseTerminal,
  chosenOf,
  closeTerminal,
  openTerminal,
  terminalsStore,
  useTerminals,
} from '../../state/terminals.ts';
import { reconnect, workspacesStore } from '../../state/workspaces.ts';
import { Button, IconButton } from '../../ui/button.tsx';
import { Empty } from '../../ui/empty.tsx';
import { panelId, Tabs, tabId } from '../../ui/tabs.tsx';
import { dropScreens } from './screens.ts';
import { endWords, tabNames } from './terminal-text.ts';
import { TerminalView } from './terminal-view.tsx';

/** The terminals of the workspace. They live on its machine, whatever becomes of this window. */
export function TerminalPane({ workspaceId }: Inspected) {
  const place = useStore(workspacesStore, (s) => s.list?.find(({ id }) => id === workspaceId) ?? null);
  const known = useStore(workspacesStore, (s) => s.list !== null);
  if (!place) return <Empty text={known ? 'No workspace yet' : ''} />;
  return <Terminals place={place} />;
}

function Terminals({ place }: { readonly place: WorkspaceSummary }) {
  const list = useTerminals(place.id);
  const chosen = useStore(terminalsStore, (s) => chosenOf(s, place.id));
  const titles = useStore(terminalsStore, (s) => s.titles);
  const names = tabNames(list ?? [], titles);
  useEffect(() => {
    if (list)
      dropScreens(
        place.id,
        list.map(({ id }) => id),
      );
  }, [list, place.id]);
  if (!list || !chosen) return <NoTerminal place={place} known={list !== null} />;
  const name = names[list.indexOf(chosen)] ?? chosen.title;
  return (
    <div className="terminals">
      <div className="terminals-head">
        <Tabs
          label="Terminals"
          tabs={list.map(({ id }, at) => ({ id, label: names[at] ?? '' }))}
          chosen={chosen.id}
          onChoose={(id) => chooseTerminal(place.id, id as TerminalSummary['id'])}
        />
        <NewTerminal place={place} />
        <IconButton label="Close terminal" onClick={() => void closeTerminal(place.id, chosen.id)}>
          <X className="i" aria-hidden="true" />
        </IconButton>
      </div>
      <div
        key={chosen.id}
        id={panelId(chosen.id)}
        className="terminal"
        role="tabpanel"
        aria-labelledby={tabId(chosen.id)}
      >
        <TerminalView
          workspaceId={place.id}
          terminal={chosen}
          name={name}
          reachable={place.link.state === 'up'}
          onLeave={() => document.getElementById(tabId(chosen.id))?.focus()}
        />
        <Notice place={place} terminal={chosen} />
      </div>
    </div>
  );
}

function NewTerminal({ place }: { readonly place: WorkspaceSummary }) {
  const [opening, open] = useOpening(place.id);
  return (
    <IconButton label="New terminal" disabled={opening || place.link.state !== 'up'} onClick={() => open()}>
      <Plus className="i" aria-hidden="true" />
    </IconButton>
  );
}

/** One at a time: a second click is impatience. */
function useOpening(workspaceId: WorkspaceId): readonly [opening: boolean, open: () => void] {
  const [opening, setOpening] = useState(false);
  const mounted = useRef(true);
  useEffect(() => {
    mounted.current = true;
    return () => {
      mounted.current = false;
    };
  }, []);
  const open = async () => {
    setOpening(true);
    await openTerminal(workspaceId);
    if (mounted.current) setOpening(false);
  };
  return [opening, () => void open()];
}

function NoTerminal({ place, known }: { readonly place: WorkspaceSummary; readonly known: boolean }) {
  const refusal = useStore(terminalsStore, (s) => s.refusals.get(place.id));
  const [opening, open] = useOpening(place.id);
  const away = linkNotice(place.link);
  const icon = <SquareTerminal className="i" aria-hidden="true" />;
  if (!known && away !== null) return <Empty icon={icon} text={away} />;
  if (!known) return null;
  return (
    <Empty icon={icon} text={refusal ?? `No terminal in ${place.name}`}>
      <Button disabled={opening} onClick={open}>
        New terminal
      </Button>
    </Empty>
  );
}

/** Why nothing can be typed now. */
function Notice({
  place,
  terminal,
}: {
  readonly place: WorkspaceSummary;
  readonly terminal: TerminalSummary;
}) {
  const ended = endWords(terminal);
  const away = linkNotice(place.link);
  if (ended === null && away === null) return null;
  return (
    <div className="terminal-notice">
      <span>{ended ?? away}</span>
      {ended === null && place.link.state === 'down' && (
        <Button look="quiet" className="end" onClick={() => void reconnect(place.id)}>
          Reconnect
        </Button>
      )}
    </div>
  );
}

/** Null: it is there. */
function linkNotice(link: LinkState): string | null {
  switch (link.state) {
    case 'up':
      return null;
    case 'idle':
      return 'Connecting…';
    case 'connecting':
      return link.attempt > 1 ? 'Reconnecting…' : 'Connecting…';
    case 'down':
      return link.final || link.retryAt === null ? link.message : 'Reconnecting…';
    default:
      return link satisfies never;
  }
}

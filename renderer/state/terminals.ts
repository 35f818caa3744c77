import { asId, type TerminalId, type WorkspaceId } from '@shared/model/ids.ts';
import type { TerminalSummary } from '@shared/model/terminal.ts';
import { useEffect } from 'react';
import { useStore } from 'zustand';
import { createStore } from 'zustand/vanilla';
import { call, watchFeed } from '../lib/bridge.ts';
import { chooseTab, showInspector } from './inspector.ts';
import { toast } from './toasts.ts';

interface Size {
  readonly cols: number;
  readonly rows: number;
}

interface Terminals {
  /** Of the workspaces that were looked at, as they were then. */
  readonly lists: ReadonlyMap<WorkspaceId, readonly TerminalSummary[]>;
  readonly chosen: ReadonlyMap<WorkspaceId, TerminalId>;
  /** As the programs in them want to be called. */
  readonly titles: ReadonlyMap<TerminalId, string>;
  /** Why none could be opened. */
  readonly refusals: ReadonlyMap<WorkspaceId, string>;
  /** Opened by this window: nobody has read them before it. */
  readonly fresh: ReadonlySet<TerminalId>;
  /** Takes the focus when it is shown. */
  readonly focus: TerminalId | null;
}

export const terminalsStore = createStore<Terminals>(() => ({
  lists: new Map(),
  chosen: new Map(),
  titles: new Map(),
  refusals: new Map(),
  fresh: new Set(),
  focus: null,
}));

/** Before its screen has measured itself. */
const FIRST_SIZE: Size = { cols: 80, rows: 24 };

/** Null until the machine has told; followed while somebody looks. */
export function useTerminals(workspaceId: WorkspaceId): readonly TerminalSummary[] | null {
  useEffect(() => {
    const feed = watchFeed(
      'terminals.watch',
      { workspaceId },
      {
        onEvents: (events) => {
          const list = events.at(-1);
          if (list) terminalsStore.setState((s) => ({ lists: new Map(s.lists).set(workspaceId, list) }));
        },
      },
    );
    return () => feed.close();
  }, [workspaceId]);
  return useStore(terminalsStore, (s) => s.lists.get(workspaceId) ?? null);
}

/** The one that was chosen, else the newest. */
export function chosenOf(state: Terminals, workspaceId: WorkspaceId): TerminalSummary | null {
  const list = state.lists.get(workspaceId) ?? [];
  const chosen = state.chosen.get(workspaceId);
  return list.find(({ id }) => id === chosen) ?? list.at(-1) ?? null;
}

export function chooseTerminal(workspaceId: WorkspaceId, id: TerminalId): void {
  terminalsStore.setState((s) => ({ chosen: new Map(s.chosen).set(workspaceId, id) }));
}

/** `directory` null: that of the workspace. */
export async function openTerminal(
  workspaceId: WorkspaceId,
  {
    size = FIRST_SIZE,
    directory = null,
  }: { readonly size?: Size; readonly directory?: string | null } = {},
): Promise<void> {
  const more = directory === null ? {} : { directory };
  const terminalId = asId<TerminalId>(crypto.randomUUID());
  // Before the list can have it.
  terminalsStore.setState((s) => ({ fresh: new Set(s.fresh).add(terminalId), focus: terminalId }));
  const before = terminalsStore.getState().chosen.get(workspaceId);
  chooseTerminal(workspaceId, terminalId);
  const answer = await call('terminal.open', { workspaceId, terminalId, ...size, ...more });
  if (!answer.ok && before !== undefined) chooseTerminal(workspaceId, before);
  terminalsStore.setState((s) => {
    const refusals = new Map(s.refusals);
    if (answer.ok) refusals.delete(workspaceId);
    else refusals.set(workspaceId, answer.error.message);
    return { refusals };
  });
  // An empty pane says it itself.
  if (!answer.ok && (terminalsStore.getState().lists.get(workspaceId) ?? []).length > 0)
    toast(answer.error.message);
}

/** Shows the inspector's Terminal with a new one in this directory. */
export async function openInTerminal(workspaceId: WorkspaceId, directory: string | null): Promise<void> {
  chooseTab('terminal');
  showInspector(true);
  await openTerminal(workspaceId, { directory });
}

export async function closeTerminal(workspaceId: WorkspaceId, terminalId: TerminalId): Promise<void> {
  const answer = await call('terminal.close', { workspaceId, terminalId });
  if (!answer.ok) toast(answer.error.message);
}

export function setTitle(id: TerminalId, title: string): void {
  if (terminalsStore.getState().titles.get(id) === title) return;
  terminalsStore.setState((s) => ({ titles: new Map(s.titles).set(id, title) }));
}

/** It has the focus now. */
export function focusTaken(): void {
  terminalsStore.setState({ focus: null });
}

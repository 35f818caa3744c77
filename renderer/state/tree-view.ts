import type { WorkspaceId } from '@shared/model/ids.ts';
import { createStore } from 'zustand/vanilla';
import type { StatusClass } from './status.ts';

export const GROUPINGS = ['workspace', 'status', 'date'] as const;
export type Grouping = (typeof GROUPINGS)[number];

/** What is remembered over restarts. */
interface Remembered {
  readonly grouping: Grouping;
  /** Groups and families that the person opened or closed. */
  readonly toggled: Readonly<Record<string, boolean>>;
}

export interface TreeView extends Remembered {
  /** Only these; empty: all. A filter that nobody remembers would hide chats: it ends with the window. */
  readonly statuses: readonly StatusClass[];
  readonly places: readonly WorkspaceId[];
}

const KEY = 'gaffer.tree';
/** Of chats that are long gone, too: the oldest are forgotten. */
const MAX_TOGGLED = 400;

/** What an earlier window wrote; anything else is as if nothing had been written. */
export function readTreeView(text: string | null): Remembered {
  const first: Remembered = { grouping: 'workspace', toggled: {} };
  if (text === null) return first;
  try {
    const { grouping, toggled } = JSON.parse(text) as Partial<Record<keyof Remembered, unknown>>;
    return {
      grouping: GROUPINGS.find((one) => one === grouping) ?? first.grouping,
      toggled: isToggles(toggled) ? toggled : {},
    };
  } catch {
    return first;
  }
}

function isToggles(value: unknown): value is Readonly<Record<string, boolean>> {
  return (
    typeof value === 'object' && value !== null && Object.values(value).every((v) => typeof v === 'boolean')
  );
}

export const treeViewStore = createStore<TreeView>(() => ({
  ...readTreeView(typeof localStorage === 'undefined' ? null : localStorage.getItem(KEY)),
  statuses: [],
  places: [],
}));

function remember(change: Partial<Remembered>): void {
  treeViewStore.setState(change);
  const { grouping, toggled } = treeViewStore.getState();
  localStorage.setItem(KEY, JSON.stringify({ grouping, toggled }));
}

export function groupBy(grouping: Grouping): void {
  remember({ grouping });
}

export function fold(key: string, open: boolean): void {
  const { [key]: _, ...others } = treeViewStore.getState().toggled;
  const kept = Object.entries(others).slice(1 - MAX_TOGGLED);
  remember({ toggled: { ...Object.fromEntries(kept), [key]: open } });
}

export function toggleStatus(status: StatusClass): void {
  treeViewStore.setState(({ statuses }) => ({ statuses: toggled(statuses, status) }));
}

export function togglePlace(place: WorkspaceId): void {
  treeViewStore.setState(({ places }) => ({ places: toggled(places, place) }));
}

/** But for the archive, which is another tree. */
export function showEveryChat(): void {
  treeViewStore.setState({ statuses: [], places: [] });
}

function toggled<T>(list: readonly T[], one: T): readonly T[] {
  return list.includes(one) ? list.filter((other) => other !== one) : [...list, one];
}

import type { ChatId, WorkspaceId } from '@shared/model/ids.ts';
import { createStore } from 'zustand/vanilla';
import { FIRST_SIDEBAR } from './sidebar.ts';

/** What the panes of the inspector are about; neither changes while a pane is mounted. */
export interface Inspected {
  readonly chatId: ChatId | null;
  readonly workspaceId: WorkspaceId | null;
}

interface Remembered {
  /** Stands beside the conversation where the window has room for both. */
  readonly docked: boolean;
  readonly tab: string | null;
  readonly width: number;
}

export interface InspectorState extends Remembered {
  /** Lies over the conversation of a narrow window. Never remembered: it would hide what the window opens with. */
  readonly over: boolean;
  /** As wide as it can be, for now. */
  readonly wide: boolean;
}

/** From here on the inspector stands beside the conversation; below it lies over it. */
export const ROOMY = '(min-width: 1120px)';
export const FIRST_WIDTH = 420;
export const MIN_WIDTH = 320;
/** The least that the conversation keeps. */
const CONVERSATION = 420;
const KEY = 'gaffer.inspector';
const FIRST: Remembered = { docked: false, tab: null, width: FIRST_WIDTH };

/** What an earlier window wrote; anything else is as if nothing had been written. */
export function readInspector(text: string | null): Remembered {
  if (text === null) return FIRST;
  try {
    const { docked, tab, width } = JSON.parse(text) as Partial<Record<keyof Remembered, unknown>>;
    return {
      docked: docked === true,
      tab: typeof tab === 'string' ? tab : null,
      width: typeof width === 'number' && width >= MIN_WIDTH ? Math.round(width) : FIRST_WIDTH,
    };
  } catch {
    return FIRST;
  }
}

/** How wide it may be in a window of this width. */
export function widestIn(windowWidth: number, roomy: boolean, sidebar = FIRST_SIDEBAR): number {
  return Math.max(MIN_WIDTH, windowWidth - (roomy ? sidebar + CONVERSATION : 48));
}

const stored = typeof localStorage === 'undefined' ? null : localStorage.getItem(KEY);
export const inspectorStore = createStore<InspectorState>(() => ({
  ...readInspector(stored),
  over: false,
  wide: false,
}));

function remember(change: Partial<Remembered>): void {
  inspectorStore.setState(change);
  const { docked, tab, width } = inspectorStore.getState();
  localStorage.setItem(KEY, JSON.stringify({ docked, tab, width }));
}

export function isShown(state: InspectorState, roomy: boolean): boolean {
  return roomy ? state.docked : state.over;
}

export function toggleInspector(): void {
  const roomy = matchMedia(ROOMY).matches;
  showInspector(!isShown(inspectorStore.getState(), roomy));
}

export function showInspector(shown: boolean): void {
  if (matchMedia(ROOMY).matches) remember({ docked: shown });
  else inspectorStore.setState({ over: shown });
}

export function chooseTab(tab: string): void {
  remember({ tab });
}

export function setInspectorWidth(width: number): void {
  inspectorStore.setState({ wide: false });
  remember({ width: Math.round(width) });
}

import type { ComponentType } from 'react';
import { Changes } from '../features/changes/changes.tsx';
import { Details } from '../features/details/details.tsx';
import { Files } from '../features/files/files.tsx';
import { TerminalPane } from '../features/terminal/terminal-pane.tsx';
import type { Inspected } from '../state/inspector.ts';

/** One tab of the inspector. Its pane is mounted only while it is shown, and anew for another chat. */
export interface InspectorTab {
  /** Kept in the window's memory: never renamed. */
  readonly id: string;
  readonly label: string;
  readonly Pane: ComponentType<Inspected>;
}

/** From left to right. */
export const inspectorTabs: readonly [InspectorTab, ...InspectorTab[]] = [
  { id: 'changes', label: 'Changes', Pane: Changes },
  { id: 'terminal', label: 'Terminal', Pane: TerminalPane },
  { id: 'files', label: 'Files', Pane: Files },
  { id: 'details', label: 'Details', Pane: Details },
];

import type { Settings } from '@shared/contract/app.ts';
import type { ChatSummary } from '@shared/model/chat.ts';
import type { WorkspaceSummary } from '@shared/model/workspace.ts';
import type { LucideIcon } from 'lucide-react';
import type { Keys, Platform } from '../../lib/keys.ts';
import type { ChatSession } from '../live.ts';
import type { Route } from '../nav.ts';

/** What commands look at: the window as it is when they are listed, and again when one runs. */
export interface Now {
  readonly platform: Platform;
  readonly settings: Settings;
  readonly route: Route;
  /** The chat that is open. */
  readonly chat: ChatSummary | null;
  readonly session: ChatSession | null;
  /** It works, or one of its agents does. */
  readonly busy: boolean;
  /** Where the open chat works, or the new one will. */
  readonly place: WorkspaceSummary | null;
}

export const SECTIONS = ['Chat', 'Go', 'View', 'Workspace', 'Settings', 'Help'] as const;
export type Section = (typeof SECTIONS)[number];

/** One thing that a person can have the window do: by the palette, by a shortcut, by a menu. */
export interface Command {
  /** As lists of shortcuts and the cheat sheet call it. */
  readonly title: string;
  /** As it is called now, where that says more: "New chat in api-server". */
  readonly titleNow?: (now: Now) => string;
  /** What else a person may look for it by. */
  readonly words?: string;
  readonly section: Section;
  readonly icon: LucideIcon;
  /** Shortcuts that it has from the start; the first one is shown. */
  readonly keys?: readonly Keys[];
  /** On macOS, where others are usual. */
  readonly macKeys?: readonly Keys[];
  /** Absent: always. */
  readonly when?: (now: Now) => boolean;
  /** Its shortcut works while a dialog is open, too, or while only the settings are: it changes nothing behind. */
  readonly over?: 'dialogs' | 'settings';
  readonly run: (now: Now) => void;
}

/** Keeps the ids as a type. */
export function defineCommands<Id extends string>(
  commands: Readonly<Record<Id, Command>>,
): typeof commands {
  return commands;
}

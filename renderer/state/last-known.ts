import type { Settings } from '@shared/contract/app.ts';
import type { ChatSummary } from '@shared/model/chat.ts';
import type { WorkspaceSummary } from '@shared/model/workspace.ts';

/** What the window showed last, painted greyed until the database is open. Never acted on: ids and words only. */
export interface LastKnown {
  readonly chats: readonly ChatSummary[];
  readonly workspaces: readonly WorkspaceSummary[];
  readonly theme: Settings['theme'];
  readonly contrast: Settings['contrast'];
}

const KEY = 'gaffer.last-known.1';
/** More rows than the tallest window shows. */
const CHATS = 120;
const KEEP_AFTER_MS = 3_000;

/** Read once, before anything is drawn. Null: the first start, or nothing that can be read. */
export const lastKnown: LastKnown | null = read();

function read(): LastKnown | null {
  if (typeof localStorage === 'undefined') return null;
  try {
    return parseLastKnown(localStorage.getItem(KEY));
  } catch {
    return null;
  }
}

/** Ours, but of an earlier version perhaps: only its shape is looked at. */
export function parseLastKnown(text: string | null): LastKnown | null {
  if (text === null) return null;
  const value = JSON.parse(text) as Partial<LastKnown> | null;
  if (!Array.isArray(value?.chats) || !Array.isArray(value.workspaces)) return null;
  const theme = value.theme === 'light' || value.theme === 'dark' ? value.theme : 'system';
  const contrast = value.contrast === 'standard' || value.contrast === 'more' ? value.contrast : 'system';
  return { chats: value.chats, workspaces: value.workspaces, theme, contrast };
}

/** The newest chats; agents only with the chat that they belong to. */
export function worthKeeping(chats: Iterable<ChatSummary>): readonly ChatSummary[] {
  const newest = [...chats].sort((a, b) => (a.updated_at < b.updated_at ? 1 : -1)).slice(0, CHATS);
  const ids = new Set(newest.map((chat) => chat.id));
  return newest.filter((chat) => chat.parent_chat_id === null || ids.has(chat.parent_chat_id));
}

interface Source {
  /** Null: there is nothing yet that would be worth keeping. */
  get(): LastKnown | null;
  subscribe(changed: () => void): void;
}

/** Writes what `source` shows a moment after it changed, and when the page goes. */
export function keepLastKnown(source: Source): void {
  let timer: ReturnType<typeof setTimeout> | null = null;
  const keep = () => {
    if (timer !== null) clearTimeout(timer);
    timer = null;
    const shown = source.get();
    if (shown === null) return;
    try {
      localStorage.setItem(KEY, JSON.stringify(shown));
    } catch {
      // No room: the next start paints without it.
    }
  };
  source.subscribe(() => {
    timer ??= setTimeout(keep, KEEP_AFTER_MS);
  });
  window.addEventListener('pagehide', () => {
    if (timer !== null) keep();
  });
}

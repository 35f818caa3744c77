import type { ChatId } from '@shared/model/ids.ts';
import { type GitState, gitStore } from './git.ts';
import { chooseTab, inspectorStore, showInspector } from './inspector.ts';
import { navStore } from './nav.ts';
import { sidebarStore } from './sidebar.ts';

/** What the conversation is read in with nothing lost: its column and the space beside it. */
const READING = 820;
const KEY = 'gaffer.first-diffs';
/** Of chats that are long gone, too: the oldest are forgotten. */
const MAX_KEPT = 400;

/**
 * The inspector opens by itself when the open chat comes to have its first diff (CHATD 12.10), where that costs the
 * conversation nothing; once for each chat, and never for one where the person has closed it. The focus stays.
 */
export function startFirstDiff(): void {
  gitStore.subscribe((now, before) => {
    const chatId = openAlone();
    if (chatId === null || !isFirstDiff(chatId, now, before)) return;
    if (kept().includes(chatId)) return;
    // Whatever it shows, the person has opened it.
    if (inspectorStore.getState().docked || !hasRoom()) return;
    keep(chatId);
    chooseTab('changes');
    showInspector(true);
  });
  inspectorStore.subscribe((now, before) => {
    const chatId = openAlone();
    if (before.docked && !now.docked && chatId !== null) keep(chatId);
  });
}

/** Something was done in it just now, and had changed nothing before. */
export function isFirstDiff(chatId: ChatId, now: GitState, before: GitState): boolean {
  return (now.diffs.get(chatId) ?? 0) > 0 && !hasDiff(before, chatId) && hasDiff(now, chatId);
}

function hasDiff({ statuses }: GitState, chatId: ChatId): boolean {
  return (statuses.get(chatId)?.changed_files ?? 0) > 0;
}

/** The chat that has the main pane for itself. */
function openAlone(): ChatId | null {
  const { route, beside } = navStore.getState();
  return route.view === 'chat' && beside === null ? route.chatId : null;
}

function hasRoom(): boolean {
  const { hidden, width } = sidebarStore.getState();
  return innerWidth - (hidden ? 0 : width) - inspectorStore.getState().width >= READING;
}

/** Chats where it has opened by itself or was closed; other windows write here, too. */
function kept(): readonly string[] {
  try {
    const value: unknown = JSON.parse(localStorage.getItem(KEY) ?? '[]');
    return Array.isArray(value) ? value.filter((id) => typeof id === 'string') : [];
  } catch {
    return [];
  }
}

function keep(chatId: ChatId): void {
  const others = kept().filter((id) => id !== chatId);
  localStorage.setItem(KEY, JSON.stringify([...others.slice(1 - MAX_KEPT), chatId]));
}

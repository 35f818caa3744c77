import type { ChatId } from '@shared/model/ids.ts';
import { composingStore } from './composing.ts';
import { draftStore, loadDraft, setDraft } from './drafts.ts';
import { focusMessage } from './nav.ts';

/** Puts a path into the message box, after what is written there; `chatId` null: that of a new chat. */
export function mentionPath(chatId: ChatId | null, path: string): Promise<void> {
  return changeMessage(chatId, (text) => withMention(text, path));
}

/** Changes what is written in the message box, and goes there. */
export async function changeMessage(chatId: ChatId | null, to: (text: string) => string): Promise<void> {
  const { editing } = composingStore.getState();
  if (editing && editing.chatId === chatId) {
    composingStore.setState({ editing: { ...editing, text: to(editing.text) } });
  } else {
    const key = chatId ?? 'new';
    await loadDraft(key);
    setDraft(key, to(draftStore.getState().texts[key] ?? ''));
  }
  focusMessage();
}

/** "@a/b "; a path with spaces stands in quotes. */
export function withMention(text: string, path: string): string {
  const gap = text === '' || /\s$/.test(text) ? '' : ' ';
  return `${text}${gap}@${/\s/.test(path) ? `"${path}"` : path} `;
}

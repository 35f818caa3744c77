import type { ChatId } from '@shared/model/ids.ts';
import { composingStore } from './composing.ts';
import { draftStore, loadDraft, setDraft } from './drafts.ts';
import { focusMessage } from './nav.ts';

/** Puts a path into the message box, after what is written there; `chatId` null: that of a new chat. */
export async function mentionPath(chatId: ChatId | null, path: string): Promise<void> {
  const { editing } = composingStore.getState();
  if (editing && editing.chatId === chatId) {
    composingStore.setState({ editing: { ...editing, text: withMention(editing.text, path) } });
  } else {
    const key = chatId ?? 'new';
    await loadDraft(key);
    setDraft(key, withMention(draftStore.getState().texts[key] ?? '', path));
  }
  focusMessage();
}

/** "@a/b "; a path with spaces stands in quotes. */
export function withMention(text: string, path: string): string {
  const gap = text === '' || /\s$/.test(text) ? '' : ' ';
  return `${text}${gap}@${/\s/.test(path) ? `"${path}"` : path} `;
}

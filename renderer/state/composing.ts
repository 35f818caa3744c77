import type { ChatId, MessageId, QueuedId } from '@shared/model/ids.ts';
import { createStore } from 'zustand/vanilla';
import { focusMessage } from './nav.ts';

/** An earlier message or a queued one that the message box rewrites instead of sending a new one. */
export type Editing =
  | {
      readonly kind: 'message';
      readonly chatId: ChatId;
      readonly messageId: MessageId;
      readonly text: string;
      readonly dropped: number;
    }
  | {
      readonly kind: 'queued';
      readonly chatId: ChatId;
      readonly queuedId: QueuedId;
      readonly text: string;
    };

export const composingStore = createStore<{ readonly editing: Editing | null }>(() => ({ editing: null }));

export function startEditing(editing: Editing): void {
  composingStore.setState({ editing });
  focusMessage();
}

/** Of this chat: another one's goes on. */
export function stopEditing(chatId: ChatId): void {
  composingStore.setState((s) => (s.editing?.chatId === chatId ? { editing: null } : s));
}

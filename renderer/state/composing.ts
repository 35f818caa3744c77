import type { ChatId, MessageId, QueuedId } from '@shared/model/ids.ts';
import type { Message } from '@shared/model/message.ts';
import type { AttachedFile, Part } from '@shared/model/part.ts';
import { createStore } from 'zustand/vanilla';
import { call } from '../lib/bridge.ts';
import type { ChatSession } from './live.ts';
import { focusMessage } from './nav.ts';

/** What stands after a message that is rewritten. */
export interface Dropped {
  readonly messages: number;
  readonly queued: number;
  /** Files that were written since; they stay as they are. */
  readonly files: number;
}

/** An earlier message or a queued one that the message box rewrites instead of sending a new one. */
export type Editing =
  | {
      readonly kind: 'message';
      readonly chatId: ChatId;
      readonly messageId: MessageId;
      readonly text: string;
      readonly files: readonly AttachedFile[];
      /** What sending will drop; null: not known yet. */
      readonly dropped: Dropped | null;
    }
  | {
      readonly kind: 'queued';
      readonly chatId: ChatId;
      readonly queuedId: QueuedId;
      readonly text: string;
      readonly files: readonly AttachedFile[];
    };

export const composingStore = createStore<{ readonly editing: Editing | null }>(() => ({ editing: null }));

/** The files of a message, which a new one can name again. */
export function attachedFiles(content: readonly Part[]): readonly AttachedFile[] {
  return content.flatMap((part) =>
    part.type === 'file' && part.file_id !== undefined
      ? [{ ...part, file_id: part.file_id, name: part.name ?? 'file', size: part.size ?? 0 }]
      : [],
  );
}

export function startEditing(editing: Editing): void {
  composingStore.setState({ editing });
  focusMessage();
}

/** Puts a message of the person into the box again. What that drops is counted in the whole chat, not in what is held. */
export async function editMessage(
  session: Pick<ChatSession, 'chatId'>,
  message: Pick<Message, 'id' | 'content'>,
): Promise<void> {
  const { chatId } = session;
  const text = message.content.flatMap((p) => (p.type === 'text' ? [p.text] : [])).join('\n\n');
  const files = attachedFiles(message.content);
  startEditing({ kind: 'message', chatId, messageId: message.id, text, files, dropped: null });
  const answer = await call('chat.dropped', { chatId, messageId: message.id });
  if (!answer.ok) return;
  composingStore.setState(({ editing }) =>
    editing?.kind === 'message' && editing.messageId === message.id
      ? { editing: { ...editing, dropped: answer.value } }
      : {},
  );
}

/** Of this chat: another one's goes on. */
export function stopEditing(chatId: ChatId): void {
  composingStore.setState((s) => (s.editing?.chatId === chatId ? { editing: null } : s));
}

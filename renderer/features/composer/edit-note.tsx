import { call } from '../../lib/bridge.ts';
import {
  attachedFiles,
  type Editing,
  editMessage,
  startEditing,
  stopEditing,
} from '../../state/composing.ts';
import type { ChatSession } from '../../state/live.ts';
import { toast } from '../../state/toasts.ts';
import { Button } from '../../ui/button.tsx';
import { editWords } from './edit-words.ts';
import { queuedText } from './queue-list.tsx';
import { contentOf, giveBack } from './send.ts';

/** Puts the last queued message, else the last one sent, into the box. */
export function recall(session: ChatSession): void {
  const view = session.store.getState().view;
  if (!view) return;
  const queued = view.queue.at(-1);
  if (queued) {
    const [text, files] = [queuedText(queued), attachedFiles(queued.content)];
    startEditing({ kind: 'queued', chatId: session.chatId, queuedId: queued.id, text, files });
    return;
  }
  const sent = view.messages.findLast((m) => m.role === 'user');
  if (!sent) return;
  void editMessage(session, sent);
}

export async function applyEdit(editing: Editing): Promise<void> {
  const { chatId, text, files } = editing;
  const content = contentOf(editing);
  const answer =
    editing.kind === 'queued'
      ? await call('queue.edit', { chatId, queuedId: editing.queuedId, ...content })
      : await call('chat.edit', { chatId, messageId: editing.messageId, ...content });
  if (answer.ok) return stopEditing(chatId);
  toast(answer.error.message);
  // There is nothing left to edit: the words are kept, as those of a message that is not sent.
  if (answer.error.code !== 'not-found' && answer.error.code !== 'not-user') return;
  stopEditing(chatId);
  giveBack(chatId, { text, files });
}

/** Says what sending will drop, before it happens. */
export function EditNote({ editing }: { readonly editing: Editing }) {
  const words = editing.kind === 'queued' ? 'Editing a queued message.' : editWords(editing.dropped);
  return (
    <div className="edit-note">
      <span>{words}</span>
      <Button look="quiet" keys="Esc" onClick={() => stopEditing(editing.chatId)}>
        Cancel
      </Button>
    </div>
  );
}

import { call } from '../../lib/bridge.ts';
import { plural } from '../../lib/format.ts';
import { type Editing, startEditing, stopEditing } from '../../state/composing.ts';
import type { ChatSession } from '../../state/live.ts';
import { toast } from '../../state/toasts.ts';
import { Button } from '../../ui/button.tsx';
import { queuedText } from './queue-list.tsx';

/** Puts the last queued message, else the last one sent, into the box. */
export function recall(session: ChatSession): void {
  const view = session.store.getState().view;
  if (!view) return;
  const queued = view.queue.at(-1);
  if (queued) {
    startEditing({ kind: 'queued', chatId: session.chatId, queuedId: queued.id, text: queuedText(queued) });
    return;
  }
  const sent = view.messages.findLast((m) => m.role === 'user');
  if (!sent) return;
  const text = sent.content.map((p) => (p.type === 'text' ? p.text : '')).join('\n\n');
  const dropped = view.messages.filter((m) => m.id > sent.id && m.role !== 'tool').length;
  startEditing({ kind: 'message', chatId: session.chatId, messageId: sent.id, text, dropped });
}

export async function applyEdit(editing: Editing): Promise<void> {
  const { chatId, text } = editing;
  const answer =
    editing.kind === 'queued'
      ? await call('queue.edit', { chatId, queuedId: editing.queuedId, text })
      : await call('chat.edit', { chatId, messageId: editing.messageId, text });
  if (answer.ok) stopEditing(editing.chatId);
  else toast(answer.error.message);
}

/** Says what sending will drop, before it happens. */
export function EditNote({ editing }: { readonly editing: Editing }) {
  const words =
    editing.kind === 'queued'
      ? 'Editing a queued message.'
      : editing.dropped > 0
        ? `Editing an earlier message. Sending drops ${plural(editing.dropped, 'message')} after it; files stay as they are.`
        : 'Editing your last message.';
  return (
    <div className="edit-note">
      <span>{words}</span>
      <Button look="quiet" keys="Esc" onClick={() => stopEditing(editing.chatId)}>
        Cancel
      </Button>
    </div>
  );
}

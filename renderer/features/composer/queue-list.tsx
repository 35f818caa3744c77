import type { ChatId, QueuedId } from '@shared/model/ids.ts';
import type { QueuedMessage } from '@shared/model/message.ts';
import { ArrowDown, ArrowUp, CornerDownRight, CornerRightUp, Pencil, X } from 'lucide-react';
import { useRef, useState } from 'react';
import { useStore } from 'zustand';
import { call } from '../../lib/bridge.ts';
import { firstLine } from '../../lib/format.ts';
import { startEditing } from '../../state/composing.ts';
import type { ChatSession } from '../../state/live.ts';
import { focusMessage } from '../../state/nav.ts';
import { toast } from '../../state/toasts.ts';
import { useFocusAfter } from '../../ui/use-focus-after.ts';

export function queuedText(message: QueuedMessage): string {
  return message.content.map((p) => (p.type === 'text' ? p.text : '')).join('\n');
}

const NONE: readonly QueuedMessage[] = [];

/** Messages that wait for the running turn; they leave the list at once and come back when that fails. */
export function QueueList({ session }: { readonly session: ChatSession }) {
  const queue = useStore(session.store, (s) => s.view?.queue ?? NONE);
  const [leaving, setLeaving] = useState<ReadonlySet<QueuedId>>(new Set());
  const shown = queue.filter((q) => !leaving.has(q.id));
  if (shown.length === 0) return null;
  const leave = async (id: QueuedId, ask: () => ReturnType<typeof dropQueued>) => {
    setLeaving((s) => new Set(s).add(id));
    if (await ask()) return;
    setLeaving((s) => new Set([...s].filter((x) => x !== id)));
  };
  return (
    <ul className="queue" aria-label="Queued messages">
      {shown.map((message, i) => (
        <QueueItem
          key={message.id}
          chatId={session.chatId}
          message={message}
          first={i === 0}
          last={i === shown.length - 1}
          onDelete={() => void leave(message.id, () => dropQueued(session.chatId, message.id))}
          onSendNow={() => void leave(message.id, () => promote(session.chatId, message.id))}
        />
      ))}
    </ul>
  );
}

async function dropQueued(chatId: ChatId, queuedId: QueuedId): Promise<boolean> {
  const answer = await call('queue.delete', { chatId, queuedId });
  if (!answer.ok) toast(answer.error.message);
  return answer.ok;
}

async function promote(chatId: ChatId, queuedId: QueuedId): Promise<boolean> {
  const answer = await call('queue.promote', { chatId, queuedId });
  if (!answer.ok) toast(answer.error.message);
  return answer.ok;
}

async function move(chatId: ChatId, queuedId: QueuedId, by: -1 | 1): Promise<void> {
  const answer = await call('queue.move', { chatId, queuedId, by });
  if (!answer.ok) toast(answer.error.message);
}

interface QueueItemProps {
  readonly chatId: ChatId;
  readonly message: QueuedMessage;
  readonly first: boolean;
  readonly last: boolean;
  readonly onDelete: () => void;
  readonly onSendNow: () => void;
}

function QueueItem({ chatId, message, first, last, onDelete, onSendNow }: QueueItemProps) {
  const text = queuedText(message);
  const edit = () => startEditing({ kind: 'queued', chatId, queuedId: message.id, text });
  return (
    <li>
      <CornerDownRight className="i s" aria-hidden="true" />
      <span className="q-text" title={text}>
        {firstLine(text)}
      </span>
      <span className="x">
        {!first && <Mini label="Move up" icon={ArrowUp} run={() => void move(chatId, message.id, -1)} />}
        {!last && <Mini label="Move down" icon={ArrowDown} run={() => void move(chatId, message.id, 1)} />}
        <Mini label="Send now" icon={CornerRightUp} run={onSendNow} />
        <Mini label="Edit" icon={Pencil} run={edit} />
        <Mini label="Delete" icon={X} run={onDelete} />
      </span>
    </li>
  );
}

function Mini(props: { readonly label: string; readonly icon: typeof X; readonly run: () => void }) {
  const Icon = props.icon;
  const ref = useRef<HTMLButtonElement>(null);
  useFocusAfter(ref, focusMessage);
  return (
    <button
      ref={ref}
      type="button"
      className="mini"
      aria-label={props.label}
      title={props.label}
      onClick={props.run}
    >
      <Icon className="i s" aria-hidden="true" />
    </button>
  );
}

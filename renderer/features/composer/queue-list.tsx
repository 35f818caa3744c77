import type { ChatId, ModelConfigId, QueuedId } from '@shared/model/ids.ts';
import type { QueuedMessage } from '@shared/model/message.ts';
import { ArrowDown, ArrowUp, CornerRightUp, GripVertical, Paperclip, Pencil, X } from 'lucide-react';
import { type DragEvent, type KeyboardEvent, useRef, useState } from 'react';
import { useStore } from 'zustand';
import { call } from '../../lib/bridge.ts';
import { firstLine } from '../../lib/format.ts';
import { attachedFiles, startEditing } from '../../state/composing.ts';
import type { ChatSession } from '../../state/live.ts';
import { findModel, modelsStore } from '../../state/models.ts';
import { focusMessage } from '../../state/nav.ts';
import { toast } from '../../state/toasts.ts';
import { useFocusAfter } from '../../ui/use-focus-after.ts';
import { contentOf } from './send.ts';

export function queuedText(message: QueuedMessage): string {
  return message.content.flatMap((p) => (p.type === 'text' ? [p.text] : [])).join('\n');
}

const NONE: readonly QueuedMessage[] = [];

/** Messages that wait for the running turn; they leave the list at once and come back when that fails. */
export function QueueList({ session }: { readonly session: ChatSession }) {
  const queue = useStore(session.store, (s) => s.view?.queue ?? NONE);
  const chatModel = useStore(session.store, (s) => s.view?.chat.last_model_config_id ?? null);
  const [leaving, setLeaving] = useState<ReadonlySet<QueuedId>>(new Set());
  const shown = queue.filter((q) => !leaving.has(q.id));
  const drag = useDrag(session.chatId, shown);
  if (shown.length === 0) return null;
  const leave = async (id: QueuedId, ask: () => Promise<boolean>) => {
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
          model={message.model_config_id === chatModel ? null : message.model_config_id}
          first={i === 0}
          last={i === shown.length - 1}
          drag={drag.of(message, i)}
          onDelete={() => void leave(message.id, () => dropQueued(session, message))}
          onSendNow={() => void leave(message.id, () => promote(session.chatId, message.id))}
        />
      ))}
    </ul>
  );
}

interface Dragged {
  /** The line that would show where it goes, above or below this message. */
  readonly mark: 'above' | 'below' | null;
  readonly props: {
    readonly draggable: true;
    onDragStart(event: DragEvent): void;
    onDragOver(event: DragEvent): void;
    onDrop(event: DragEvent): void;
    onDragEnd(): void;
  };
}

/** A message is dragged to the place of another one. */
function useDrag(chatId: ChatId, shown: readonly QueuedMessage[]) {
  const [from, setFrom] = useState<QueuedId | null>(null);
  const [over, setOver] = useState<number | null>(null);
  const start = shown.findIndex((m) => m.id === from);
  const end = () => {
    setFrom(null);
    setOver(null);
  };
  const of = (message: QueuedMessage, at: number): Dragged => ({
    mark: start < 0 || over !== at || at === start ? null : at < start ? 'above' : 'below',
    props: {
      draggable: true,
      onDragStart(event) {
        event.dataTransfer.effectAllowed = 'move';
        event.dataTransfer.setData('text/plain', queuedText(message));
        setFrom(message.id);
      },
      onDragOver(event) {
        if (start < 0) return;
        event.preventDefault();
        setOver(at);
      },
      onDrop(event) {
        if (start < 0 || from === null) return;
        event.preventDefault();
        end();
        void moveBy(chatId, from, at - start);
      },
      onDragEnd: end,
    },
  });
  return { of };
}

/** Step by step, as the daemon moves; it ends where a step is refused. */
async function moveBy(chatId: ChatId, queuedId: QueuedId, places: number): Promise<void> {
  for (let left = Math.abs(places); left > 0; left--)
    if (!(await move(chatId, queuedId, places < 0 ? -1 : 1))) return;
}

/** With a way back to its place. */
async function dropQueued(session: ChatSession, message: QueuedMessage): Promise<boolean> {
  const { chatId } = session;
  const after = queueOf(session).length - 1 - queueOf(session).findIndex(({ id }) => id === message.id);
  const answer = await call('queue.delete', { chatId, queuedId: message.id });
  if (answer.ok) toast('Removed from the queue', () => void bringBack(session, message, after));
  else toast(answer.error.message);
  return answer.ok;
}

/** As many as came after it then come after it again. Where the turn has ended meanwhile it is sent, as it had been. */
async function bringBack({ chatId }: ChatSession, message: QueuedMessage, after: number): Promise<void> {
  const content = contentOf({ text: queuedText(message), files: attachedFiles(message.content) });
  const model = message.model_config_id === null ? {} : { modelConfigId: message.model_config_id };
  const sendKey = crypto.randomUUID();
  const answer = await call('chat.send', { chatId, ...content, ...model, busy: 'queue', sendKey });
  if (!answer.ok) return toast(answer.error.message);
  const { queuedId } = answer.value;
  if (queuedId !== null) await moveBy(chatId, queuedId, -after);
}

function queueOf({ store }: ChatSession): readonly QueuedMessage[] {
  return store.getState().view?.queue ?? NONE;
}

async function promote(chatId: ChatId, queuedId: QueuedId): Promise<boolean> {
  const answer = await call('queue.promote', { chatId, queuedId });
  if (!answer.ok) toast(answer.error.message);
  return answer.ok;
}

async function move(chatId: ChatId, queuedId: QueuedId, by: -1 | 1): Promise<boolean> {
  const answer = await call('queue.move', { chatId, queuedId, by });
  if (!answer.ok) toast(answer.error.message);
  return answer.ok;
}

interface QueueItemProps {
  readonly chatId: ChatId;
  readonly message: QueuedMessage;
  /** That shall answer it, where it is another one than the chat's. */
  readonly model: ModelConfigId | null;
  readonly first: boolean;
  readonly last: boolean;
  readonly drag: Dragged;
  readonly onDelete: () => void;
  readonly onSendNow: () => void;
}

function QueueItem({ chatId, message, model, first, last, drag, onDelete, onSendNow }: QueueItemProps) {
  const text = queuedText(message);
  const files = attachedFiles(message.content);
  const edit = () => startEditing({ kind: 'queued', chatId, queuedId: message.id, text, files });
  // From any of its buttons.
  const onKeyDown = (event: KeyboardEvent) => {
    const up = event.key === 'ArrowUp' && !first;
    if (!event.altKey || !(up || (event.key === 'ArrowDown' && !last))) return;
    event.preventDefault();
    void move(chatId, message.id, up ? -1 : 1);
  };
  return (
    <li className={drag.mark ?? undefined} {...drag.props} onKeyDown={onKeyDown}>
      <span className="grip" aria-hidden="true" title="Drag to another place">
        <GripVertical className="i s" />
      </span>
      <span className="q-text" title={text}>
        {firstLine(text)}
      </span>
      {model !== null && <AnotherModel id={model} />}
      {files.length > 0 && (
        <span className="q-files num" title={files.map(({ name }) => name).join('\n')}>
          <Paperclip className="i s" aria-hidden="true" />
          {files.length}
          <span className="sr"> {files.length === 1 ? 'attachment' : 'attachments'}</span>
        </span>
      )}
      <span className="x">
        {!first && (
          <Mini label="Move up" keys="Alt+↑" icon={ArrowUp} run={() => void move(chatId, message.id, -1)} />
        )}
        {!last && (
          <Mini
            label="Move down"
            keys="Alt+↓"
            icon={ArrowDown}
            run={() => void move(chatId, message.id, 1)}
          />
        )}
        <Mini label="Send now" icon={CornerRightUp} run={onSendNow} />
        <Mini label="Edit" icon={Pencil} run={edit} />
        <Mini label="Delete" icon={X} run={onDelete} />
      </span>
    </li>
  );
}

function AnotherModel({ id }: { readonly id: ModelConfigId }) {
  const name = useStore(modelsStore, (s) => findModel(s, id)?.name ?? null);
  if (name === null) return null;
  return (
    <span className="q-model" title={`${name} answers it, and the chat from then on`}>
      <span className="sr">, answered by </span>
      {name}
    </span>
  );
}

interface MiniProps {
  readonly label: string;
  readonly keys?: string;
  readonly icon: typeof X;
  readonly run: () => void;
}

function Mini(props: MiniProps) {
  const Icon = props.icon;
  const ref = useRef<HTMLButtonElement>(null);
  useFocusAfter(ref, focusMessage);
  return (
    <button
      ref={ref}
      type="button"
      className="mini"
      aria-label={props.label}
      title={props.keys ? `${props.label} · ${props.keys}` : props.label}
      onClick={props.run}
    >
      <Icon className="i s" aria-hidden="true" />
    </button>
  );
}

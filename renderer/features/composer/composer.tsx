import type { ChatSummary } from '@shared/model/chat.ts';
import type { ModelConfigId } from '@shared/model/ids.ts';
import { Square } from 'lucide-react';
import { useEffect, useRef } from 'react';
import { useStore } from 'zustand';
import { call } from '../../lib/bridge.ts';
import { plural } from '../../lib/format.ts';
import { composingStore, type Editing, startEditing, stopEditing } from '../../state/composing.ts';
import { clearContext, compactContext } from '../../state/context.ts';
import { draftStore, loadDraft, setDraft, useFreshDraft } from '../../state/drafts.ts';
import type { ChatSession } from '../../state/live.ts';
import { asEffort } from '../../state/models.ts';
import { busyAgents, isBusy, stopTree } from '../../state/stop.ts';
import { toast } from '../../state/toasts.ts';
import { Button } from '../../ui/button.tsx';
import { ContextButton } from './context-button.tsx';
import { MessageBox } from './message-box.tsx';
import { EffortPicker, ModelPicker, ModePicker } from './pickers.tsx';
import { queuedText } from './queue-list.tsx';
import { sendMessage } from './send.ts';
import type { SlashCommand } from './slash.ts';
import { SlashMenu, slashAria, useSlash } from './slash-menu.tsx';

const TWICE_MS = 1_000;
const WAIT_WORDS = 'when this turn is over';
const NO_AGENTS: readonly ChatSummary[] = [];

/** The message box of an open chat, with everything that decides how it is answered. */
export function Composer({ session }: { readonly session: ChatSession }) {
  const { chatId } = session;
  const busy = useStore(session.store, (s) => isBusy(s.view?.status));
  const agents = useStore(session.store, (s) => busyAgents(s.view?.agents ?? NO_AGENTS));
  const archived = useStore(session.store, (s) => s.view?.chat.archived ?? false);
  const editing = useStore(composingStore, (s) => (s.editing?.chatId === chatId ? s.editing : null));
  const draft = useStore(draftStore, (s) => s.texts[chatId] ?? '');
  const lastEscape = useRef(0);
  useEffect(() => void loadDraft(chatId), [chatId]);
  useEffect(() => () => stopEditing(), [session]);
  useStopKey(session, busy || agents > 0);
  useFreshDraft(chatId);
  const value = editing ? editing.text : draft;
  const change = (text: string) => {
    if (editing) composingStore.setState({ editing: { ...editing, text } });
    else setDraft(chatId, text);
  };
  const submit = (when: 'in-turn' | 'now') => {
    if (value.trim() === '') return;
    if (editing) void applyEdit(editing);
    else void sendMessage(session, value, when);
  };
  const runCommand = ({ name }: SlashCommand) => {
    if (busy) return;
    change('');
    void (name === 'clear' ? clearContext(chatId) : compactContext(chatId));
  };
  const slash = useSlash({ text: editing ? '' : value, onText: change, onRun: runCommand });
  const escape = (empty: boolean) => {
    if (editing) return stopEditing();
    const now = Date.now();
    if (empty && (busy || agents > 0) && now - lastEscape.current < TWICE_MS) void stopTree(session);
    lastEscape.current = now;
  };
  if (archived) return <div className="comp shut">This chat is archived. Restore it to go on.</div>;
  return (
    <div className="comp">
      {editing && <EditNote editing={editing} />}
      <SlashMenu slash={slash} blocked={busy ? WAIT_WORDS : null} onRun={runCommand} />
      <MessageBox
        value={value}
        placeholder={busy ? 'Message, sent when this turn is done' : 'Message'}
        onChange={change}
        onSend={() => submit('in-turn')}
        onSendNow={() => submit('now')}
        onEscape={escape}
        onRecall={() => recall(session)}
        onKey={slash.onKey}
        {...slashAria(slash)}
      />
      <ComposerBar
        session={session}
        busy={busy}
        agents={agents}
        editing={editing !== null}
        onSend={() => submit('in-turn')}
      />
    </div>
  );
}

/** Ctrl/Cmd+. stops from anywhere in the window. */
function useStopKey(session: ChatSession, busy: boolean): void {
  useEffect(() => {
    if (!busy) return;
    const onKey = (event: KeyboardEvent) => {
      if (event.key !== '.' || !(event.ctrlKey || event.metaKey)) return;
      event.preventDefault();
      void stopTree(session);
    };
    window.addEventListener('keydown', onKey);
    return () => window.removeEventListener('keydown', onKey);
  }, [session, busy]);
}

/** Puts the last queued message, else the last one sent, into the box. */
function recall(session: ChatSession): void {
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

async function applyEdit(editing: Editing): Promise<void> {
  const { chatId, text } = editing;
  const answer =
    editing.kind === 'queued'
      ? await call('queue.edit', { chatId, queuedId: editing.queuedId, text })
      : await call('chat.edit', { chatId, messageId: editing.messageId, text });
  if (answer.ok) stopEditing();
  else toast(answer.error.message);
}

function EditNote({ editing }: { readonly editing: Editing }) {
  const words =
    editing.kind === 'queued'
      ? 'Editing a queued message.'
      : editing.dropped > 0
        ? `Editing an earlier message. Sending drops ${plural(editing.dropped, 'message')} after it; files stay as they are.`
        : 'Editing your last message.';
  return (
    <div className="edit-note">
      <span>{words}</span>
      <Button look="quiet" keys="Esc" onClick={stopEditing}>
        Cancel
      </Button>
    </div>
  );
}

function queuedNext(n: number): string {
  return n === 1 ? '1 queued runs next' : `${n} queued run next`;
}

interface ComposerBarProps {
  readonly session: ChatSession;
  readonly busy: boolean;
  /** How many of its agents work. */
  readonly agents: number;
  readonly editing: boolean;
  readonly onSend: () => void;
}

function ComposerBar({ session, busy, agents, editing, onSend }: ComposerBarProps) {
  const chat = useStore(session.store, (s) => s.view?.chat ?? null);
  const queued = useStore(session.store, (s) => s.view?.queue.length ?? 0);
  const modelId = chat?.last_model_config_id ?? null;
  const setModel = (modelConfigId: ModelConfigId | null, effort: string | null) => {
    if (!modelConfigId) return;
    void call('chat.setModel', { chatId: session.chatId, modelConfigId, effort: asEffort(effort) }).then(
      (a) => {
        if (!a.ok) toast(a.error.message);
      },
    );
  };
  return (
    <div className="bar">
      <ModePicker workspaceId={chat?.workspace_id ?? null} />
      <ModelPicker value={modelId} onPick={(id) => setModel(id, chat?.last_reasoning_effort ?? null)} />
      <EffortPicker
        modelId={modelId}
        value={chat?.last_reasoning_effort ?? null}
        onPick={(effort) => setModel(modelId, effort)}
      />
      <ContextButton session={session} short={busy && queued > 0} />
      <span className="end-group">
        {(busy || agents > 0) && <StopButton session={session} agents={agents} queued={queued} />}
        <Button look="primary" keys="⏎" onClick={onSend}>
          {busy && !editing ? 'Queue' : 'Send'}
        </Button>
      </span>
    </div>
  );
}

interface StopButtonProps {
  readonly session: ChatSession;
  readonly agents: number;
  readonly queued: number;
}

/** Stops the chat with all agents that it started. */
function StopButton({ session, agents, queued }: StopButtonProps) {
  const label = agents > 0 ? 'Stop all' : 'Stop';
  const notes = [
    ...(agents > 0 ? [plural(agents, 'agent')] : []),
    ...(queued > 0 ? [queuedNext(queued)] : []),
  ].join(', ');
  return (
    <Button
      keys={notes === '' ? 'Ctrl .' : undefined}
      aria-label={label}
      title={notes === '' ? `${label} · Ctrl .` : `${label} (${notes}) · Ctrl .`}
      onClick={() => void stopTree(session)}
    >
      <Square className="i s" aria-hidden="true" />
      <span>
        {label}
        {notes !== '' && <span className="wide-only stop-next"> ({notes})</span>}
      </span>
    </Button>
  );
}

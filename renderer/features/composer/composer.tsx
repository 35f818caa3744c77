import type { ChatSummary } from '@shared/model/chat.ts';
import { useEffect, useRef } from 'react';
import { useStore } from 'zustand';
import { composingStore, stopEditing } from '../../state/composing.ts';
import { CUT_WAITS, clearContext, compactContext } from '../../state/context.ts';
import { draftStore, loadDraft, setDraft, useFreshDraft } from '../../state/drafts.ts';
import type { ChatSession } from '../../state/live.ts';
import { busyAgents, isBusy, stopTree } from '../../state/stop.ts';
import { ComposerBar } from './composer-bar.tsx';
import { applyEdit, EditNote, recall } from './edit-note.tsx';
import { MessageBox } from './message-box.tsx';
import { sendMessage } from './send.ts';
import type { SlashCommand } from './slash.ts';
import { SlashMenu, slashAria, useSlash } from './slash-menu.tsx';

const TWICE_MS = 1_000;
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
  useEffect(() => () => stopEditing(chatId), [chatId]);
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
    if (editing) return stopEditing(chatId);
    const now = Date.now();
    if (empty && (busy || agents > 0) && now - lastEscape.current < TWICE_MS) void stopTree(session);
    lastEscape.current = now;
  };
  if (archived) return <div className="comp shut">This chat is archived. Restore it to go on.</div>;
  return (
    <div className="comp">
      {editing && <EditNote editing={editing} />}
      <SlashMenu slash={slash} blocked={busy ? CUT_WAITS : null} onRun={runCommand} />
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

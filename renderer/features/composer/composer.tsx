import type { ChatSummary } from '@shared/model/chat.ts';
import { useRef } from 'react';
import { useStore } from 'zustand';
import { stopEditing } from '../../state/composing.ts';
import type { ChatSession } from '../../state/live.ts';
import { busyAgents, isBusy, stopTree } from '../../state/stop.ts';
import { toast } from '../../state/toasts.ts';
import { ComposerBar } from './composer-bar.tsx';
import { applyEdit, EditNote, recall } from './edit-note.tsx';
import { isBlank, sendMessage } from './send.ts';
import { Shut } from './shut.tsx';
import { useWriting } from './use-writing.ts';
import { WritingBox } from './writing-box.tsx';

const TWICE_MS = 1_000;
const NO_AGENTS: readonly ChatSummary[] = [];

/** The message box of an open chat, with everything that decides how it is answered. */
export function Composer({ session }: { readonly session: ChatSession }) {
  const { chatId } = session;
  const busy = useStore(session.store, (s) => isBusy(s.view?.status));
  const agents = useStore(session.store, (s) => busyAgents(s.view?.agents ?? NO_AGENTS));
  const archived = useStore(session.store, (s) => s.view?.chat.archived ?? false);
  const { box, written, editing, waits, change } = useWriting(chatId);
  const workspaceId = useStore(session.store, (s) => s.view?.chat.workspace_id ?? null);
  const modelId = useStore(session.store, (s) => s.view?.chat.last_model_config_id ?? null);
  const lastEscape = useRef(0);
  const submit = (when: 'in-turn' | 'now') => {
    if (waits !== null) return toast(waits);
    if (isBlank(written)) return;
    if (editing) void applyEdit(editing);
    else void sendMessage(session, written, when);
  };
  const escape = (empty: boolean) => {
    if (editing) return stopEditing(chatId);
    const now = Date.now();
    const isSecond = empty && now - lastEscape.current < TWICE_MS;
    // What was written keeps the first one from counting, and the third one is a first one again.
    lastEscape.current = empty && !isSecond ? now : 0;
    if (isSecond && (busy || agents > 0)) void stopTree(session);
  };
  if (archived) return <Shut session={session} />;
  return (
    <WritingBox
      box={box}
      modelId={modelId}
      workspaceId={workspaceId}
      value={written.text}
      placeholder={busy ? 'Message, sent when this turn is done' : 'Message'}
      head={editing && <EditNote editing={editing} />}
      takesCommands={!editing}
      onChange={change}
      onSend={() => submit('in-turn')}
      onSendNow={() => submit('now')}
      onEscape={escape}
      onRecall={() => {
        if (written.files.length === 0) recall(session);
      }}
    >
      <ComposerBar
        session={session}
        box={box}
        busy={busy}
        agents={agents}
        editing={editing !== null}
        waits={waits}
        onSend={() => submit('in-turn')}
      />
    </WritingBox>
  );
}

import type { ChatId } from '@shared/model/ids.ts';
import type { Message } from '@shared/model/message.ts';
import { useCallback, useMemo, useRef, useState } from 'react';
import { useStore } from 'zustand';
import { tokens } from '../../lib/format.ts';
import { CUT_WAITS, clearContext, compactContext } from '../../state/context.ts';
import { instructionItems, instructionWords, useInstructions } from '../../state/instructions.ts';
import type { ChatSession } from '../../state/live.ts';
import { findModel, modelsStore } from '../../state/models.ts';
import { focusMessage } from '../../state/nav.ts';
import { isBusy } from '../../state/stop.ts';
import { Button } from '../../ui/button.tsx';
import { PathList } from '../../ui/path-list.tsx';
import { useDismiss } from '../../ui/use-dismiss.ts';
import { contextUsed } from './context-used.ts';

const NO_MESSAGES: readonly Message[] = [];

interface ContextButtonProps {
  readonly session: ChatSession;
  /** Without the word, where the bar has no room for it. */
  readonly short: boolean;
}

export function ContextButton({ session, short }: ContextButtonProps) {
  const messages = useStore(session.store, (s) => s.view?.messages ?? NO_MESSAGES);
  const { tokens: used, answer: message } = useMemo(() => contextUsed(messages), [messages]);
  const modelId = useStore(session.store, (s) => s.view?.chat.last_model_config_id ?? null);
  const modelLimit = useStore(modelsStore, (s) => findModel(s, modelId)?.contextLimit ?? null);
  const [open, setOpen] = useState(false);
  const root = useRef<HTMLDivElement>(null);
  const close = useCallback(() => setOpen(false), []);
  useDismiss(root, open, close);
  const limit = modelLimit ?? message?.context_limit ?? null;
  const percent = limit ? Math.min(100, Math.round((used / limit) * 100)) : 0;
  return (
    <div className="picker fixed" ref={root}>
      <button
        type="button"
        className="pick num"
        aria-label={`Context used, ${percent} percent`}
        aria-expanded={open}
        onClick={() => setOpen(!open)}
        onKeyDown={(e) => {
          if (e.key === 'Escape') setOpen(false);
        }}
      >
        <span className="meter" aria-hidden="true">
          <i style={{ width: `${percent}%` }} />
          <b />
        </span>
        <span className="wide-only">{short ? `${percent}%` : `${percent}% context`}</span>
      </button>
      {open && (
        <div className="pop up facts" role="group" aria-label="Context">
          <Fact name="Used" value={`${tokens(used)} tokens`} />
          <Fact name="Window" value={limit ? `${tokens(limit)} tokens` : 'not known'} />
          <Fact name="From cache" value={`${tokens(message?.usage?.cache_read_tokens ?? 0)} tokens`} />
          <Fact name="Last answer" value={`${tokens(message?.usage?.output_tokens ?? 0)} tokens`} />
          <Instructions chatId={session.chatId} />
          <Cuts session={session} onDone={close} />
        </div>
      )}
    </div>
  );
}

function Fact({ name, value }: { readonly name: string; readonly value: string }) {
  return (
    <div className="fact">
      <span className="meta">{name}</span>
      <span className="num">{value}</span>
    </div>
  );
}

/** The files that tell the model how to work here; read when the person looks. */
function Instructions({ chatId }: { readonly chatId: ChatId }) {
  const instructions = useInstructions(chatId);
  return (
    <>
      <hr />
      <Fact name="Instructions" value={instructionWords(instructions)} />
      <PathList label="Instruction files" items={instructionItems(instructions)} />
    </>
  );
}

function Cuts({ session, onDone }: { readonly session: ChatSession; readonly onDone: () => void }) {
  const busy = useStore(session.store, (s) => isBusy(s.view?.status));
  const run = (cut: (chatId: ChatId) => Promise<void>) => {
    onDone();
    focusMessage();
    void cut(session.chatId);
  };
  const title = busy ? `Possible ${CUT_WAITS}` : undefined;
  return (
    <>
      <hr />
      <div className="btns">
        <Button disabled={busy} title={title} onClick={() => run(compactContext)}>
          Compact
        </Button>
        <Button disabled={busy} title={title} onClick={() => run(clearContext)}>
          Clear context
        </Button>
      </div>
    </>
  );
}

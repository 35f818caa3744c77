import type { LiveBlock } from '@shared/model/reducer.ts';
import { ChevronDown, ChevronRight } from 'lucide-react';
import { useState } from 'react';
import { useStore } from 'zustand';
import { call } from '../../lib/bridge.ts';
import { wholeSeconds } from '../../lib/format.ts';
import type { ChatSession } from '../../state/live.ts';
import { focusMessage } from '../../state/nav.ts';
import { useSeconds } from '../../state/ticks.ts';
import { toast } from '../../state/toasts.ts';
import { Button } from '../../ui/button.tsx';
import { Markdown } from '../../ui/markdown.tsx';
import { type ContextCut, contextCut } from './context-cut.ts';
import { useOpenRow } from './open-rows.ts';

interface ContextDividerProps {
  readonly session: ChatSession;
  readonly rowKey: string;
  readonly cut: ContextCut;
  /** The newest one: it can be taken back while the chat rests. */
  readonly newest: boolean;
}

/** Where the model's memory ends. It opens to what the model knows of the rows above. */
export function ContextDivider({ session, rowKey, cut, newest }: ContextDividerProps) {
  const resting = useStore(session.store, ({ view }) => {
    if (!view || view.chat.archived || !view.atTail) return false;
    return view.status === 'waiting' || view.status === 'error';
  });
  const undo = newest && resting && cut.what !== 'import' && cut.phase === 'done' && (
    <UndoButton session={session} />
  );
  return (
    <DividerLine rowKey={`${session.chatId}.${rowKey}`} cut={cut} foot={undo} open={false}>
      {cut.summary}
    </DividerLine>
  );
}

interface DividerLineProps {
  readonly rowKey: string;
  readonly cut: ContextCut;
  readonly foot: React.ReactNode;
  readonly open: boolean;
  readonly seconds?: React.ReactNode;
  /** Markdown. */
  readonly children: string;
}

function DividerLine({ rowKey, cut, foot, open: byItself, seconds, children }: DividerLineProps) {
  const [open, toggle] = useOpenRow(rowKey, byItself);
  if (children === '') {
    return (
      <div className="cut">
        <span>
          {cut.words}
          {seconds}
        </span>
        {foot}
      </div>
    );
  }
  const Caret = open ? ChevronDown : ChevronRight;
  return (
    <>
      <div className={`cut ${cut.phase === 'failed' ? 'err' : ''}`}>
        <button type="button" aria-expanded={open} onClick={toggle}>
          {cut.words}
          {seconds}
          <Caret className="i s" aria-hidden="true" />
        </button>
      </div>
      {open && (
        <>
          <div className="block summary">
            <Markdown text={children} />
          </div>
          {foot && <div className="cut-foot">{foot}</div>}
        </>
      )}
    </>
  );
}

function UndoButton({ session }: { readonly session: ChatSession }) {
  const [asking, setAsking] = useState(false);
  const undo = async () => {
    setAsking(true);
    const answer = await call('chat.undoCompaction', { chatId: session.chatId });
    setAsking(false);
    if (!answer.ok) toast(answer.error.message);
    focusMessage();
  };
  return (
    <Button disabled={asking} title="The model reads the rows above again" onClick={() => void undo()}>
      Undo
    </Button>
  );
}

interface LiveSummaryProps {
  readonly block: LiveBlock & { type: 'tool' };
  readonly sinceMs: number;
}

/** A summary while it is written, until the rows that hold it take its place. */
export function LiveSummary({ block, sinceMs }: LiveSummaryProps) {
  const { result, is_error = false } = block;
  const done = result !== undefined;
  const cut = contextCut(block.tool_name, done ? { result, is_error } : null);
  const now = useSeconds(!done);
  const seconds = done ? null : <span className="num"> {wholeSeconds(now - sinceMs)}</span>;
  return (
    <DividerLine rowKey={`live.${block.tool_call_id}`} cut={cut} foot={null} open={!done} seconds={seconds}>
      {cut.summary || (block.result_text ?? '')}
    </DividerLine>
  );
}

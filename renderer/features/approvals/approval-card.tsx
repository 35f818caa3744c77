import type { ApprovalView, ToolCallState } from '@shared/model/chat.ts';
import type { ChatId } from '@shared/model/ids.ts';
import { Hand } from 'lucide-react';
import { type RefObject, useLayoutEffect, useRef, useState } from 'react';
import { call } from '../../lib/bridge.ts';
import { toast } from '../../state/toasts.ts';
import { Button } from '../../ui/button.tsx';
import { Escaped } from '../../ui/escaped.tsx';
import { useFocusAfter } from '../../ui/use-focus-after.ts';
import { useDeadTime } from './dead-time.ts';

/** A call that asks, with what was shown for it. */
export interface Ask {
  readonly state: ToolCallState;
  readonly approval: ApprovalView;
}

interface ApprovalCardProps {
  readonly chatId: ChatId;
  readonly title: string;
  readonly ask: Ask;
  readonly position: number;
  readonly count: number;
  /** Where it is shown away from its chat. */
  readonly onOpenChat?: (() => void) | undefined;
  /** Takes the focus when the card goes away with it. */
  readonly onGone: () => void;
}

/** What is asked stands whole and escaped; the answer is bound to the hash of exactly this. */
export function ApprovalCard(props: ApprovalCardProps) {
  const { chatId, title, ask, position, count, onOpenChat } = props;
  const { approval } = ask;
  const [note, setNote] = useState<string | null>(null);
  const card = useRef<HTMLDivElement>(null);
  const pre = useRef<HTMLPreElement>(null);
  useFocusAfter(card, props.onGone);
  const awake = useDeadTime(approval.hash);
  const seen = useSeenToEnd(pre, approval.hash);
  const [sending, send] = useAnswer(chatId, ask);
  const ready = awake && !sending;
  const deny = () => {
    if (ready) void send('deny', note ?? '');
  };
  return (
    <div ref={card} className="ask" role="group" aria-label={`Approval: ${title}`}>
      <Asked approval={approval} title={title} place={count > 1 ? `${position} of ${count}` : null} />
      <pre ref={pre} tabIndex={0} aria-label="What is asked">
        <Escaped text={approval.subject} />
      </pre>
      {note !== null && (
        <NoteField
          card={card}
          value={note}
          onChange={setNote}
          onSend={deny}
          onCancel={() => setNote(null)}
        />
      )}
      <div className="btns">
        {note === null ? (
          <>
            <AllowButton can={ready && seen} seen={seen} onAllow={() => void send('allow', '')} />
            <Button aria-label="Deny" aria-disabled={!ready} onClick={() => ready && setNote('')}>
              Deny…
            </Button>
            {!seen && <span className="meta">Scroll to the end to allow</span>}
          </>
        ) : (
          <>
            <Button aria-disabled={!ready} onClick={deny}>
              Deny
            </Button>
            <Button look="quiet" onClick={() => setNote(null)}>
              Cancel
            </Button>
          </>
        )}
        {onOpenChat && (
          <Button look="quiet" className="end" onClick={onOpenChat}>
            Open chat
          </Button>
        )}
      </div>
    </div>
  );
}

function useAnswer(chatId: ChatId, { state, approval }: Ask) {
  const [sending, setSending] = useState(false);
  const send = async (decision: 'allow' | 'deny', words: string) => {
    setSending(true);
    const note = words.trim();
    const result = await call('chat.answer', {
      chatId,
      key: state.key,
      hash: approval.hash,
      decision,
      ...(note === '' ? {} : { note }),
    });
    setSending(false);
    if (!result.ok) toast(result.error.message);
  };
  return [sending, send] as const;
}

interface AskedProps {
  readonly approval: ApprovalView;
  readonly title: string;
  readonly place: string | null;
}

function Asked({ approval, title, place }: AskedProps) {
  return (
    <div className="q">
      <span className="warn">
        <Hand className="i" aria-hidden="true" />
      </span>
      <span className="q-where">
        <span className="mono strong">
          <Escaped text={`${approval.host}:${approval.directory}`} />
        </span>{' '}
        <span className="meta">
          — “{title}” asks to {approval.verb.toLowerCase()}
        </span>
      </span>
      {place !== null && <span className="pos num">{place}</span>}
    </div>
  );
}

interface AllowButtonProps {
  readonly can: boolean;
  readonly seen: boolean;
  readonly onAllow: () => void;
}

function AllowButton({ can, seen, onAllow }: AllowButtonProps) {
  return (
    <Button
      look="primary"
      aria-disabled={!can}
      title={seen ? undefined : 'Scroll to the end first'}
      onClick={() => can && onAllow()}
    >
      Allow once
    </Button>
  );
}

/** True once the end of what is asked has been in sight. */
function useSeenToEnd(ref: RefObject<HTMLElement | null>, hash: string): boolean {
  const [seenOf, setSeenOf] = useState<string | null>(null);
  useLayoutEffect(() => {
    const el = ref.current;
    if (!el) return;
    el.scrollTop = 0;
    const look = () => {
      if (el.scrollHeight - el.scrollTop - el.clientHeight <= 4) setSeenOf(hash);
    };
    look();
    el.addEventListener('scroll', look, { passive: true });
    const observer = new ResizeObserver(look);
    observer.observe(el);
    return () => {
      el.removeEventListener('scroll', look);
      observer.disconnect();
    };
  }, [ref, hash]);
  return seenOf === hash;
}

interface NoteFieldProps {
  readonly value: string;
  readonly onChange: (text: string) => void;
  readonly onSend: () => void;
  readonly onCancel: () => void;
  readonly card: RefObject<HTMLElement | null>;
}

function NoteField({ card, value, onChange, onSend, onCancel }: NoteFieldProps) {
  const ref = useRef<HTMLInputElement>(null);
  // Taken back: on to the button that had opened it.
  useFocusAfter(ref, () => card.current?.querySelector<HTMLElement>('[aria-label="Deny"]')?.focus());
  return (
    <input
      ref={ref}
      className="inp"
      aria-label="Note for the agent"
      placeholder="Say why, or what to do instead (optional)"
      autoFocus
      maxLength={4000}
      value={value}
      onChange={(e) => onChange(e.target.value)}
      onKeyDown={(e) => {
        if (e.key === 'Enter' && !e.nativeEvent.isComposing) onSend();
        else if (e.key === 'Escape') onCancel();
        else return;
        e.preventDefault();
        e.stopPropagation();
      }}
    />
  );
}

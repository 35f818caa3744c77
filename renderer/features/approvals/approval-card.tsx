import type { NewRule } from '@shared/contract/schemas.ts';
import type { ApprovalView, ToolCallState } from '@shared/model/chat.ts';
import type { ChatId } from '@shared/model/ids.ts';
import { Hand } from 'lucide-react';
import { type RefObject, useRef, useState } from 'react';
import { useStore } from 'zustand';
import { shortPath } from '../../lib/short-path.ts';
import { appStore } from '../../state/app.ts';
import { workspacesStore } from '../../state/workspaces.ts';
import { Button } from '../../ui/button.tsx';
import { useDeadTime } from '../../ui/dead-time.ts';
import { Escaped } from '../../ui/escaped.tsx';
import { useFocusAfter } from '../../ui/use-focus-after.ts';
import { NoteField } from './note-field.tsx';
import { RuleForm } from './rule-form.tsx';
import { useAnswer } from './use-answer.ts';
import { useSeenToEnd } from './use-seen-to-end.ts';

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

/** For the rest of this chat: this very command, and no other. */
const FOR_THIS_CHAT: NewRule = { what: 'exact', scope: 'chat', expiry: 'chat' };

/** What is asked stands whole and escaped; the answer is bound to the hash of exactly this. */
export function ApprovalCard(props: ApprovalCardProps) {
  const { title, ask, position, count } = props;
  const { approval } = ask;
  const card = useRef<HTMLDivElement>(null);
  const pre = useRef<HTMLPreElement>(null);
  useFocusAfter(card, props.onGone);
  const seen = useSeenToEnd(pre, approval.hash);
  return (
    <div ref={card} className="ask" role="group" tabIndex={-1} aria-label={`Approval: ${title}`}>
      <Asked approval={approval} title={title} place={count > 1 ? `${position} of ${count}` : null} />
      <pre ref={pre} tabIndex={0} aria-label="What is asked">
        <Subject approval={approval} />
      </pre>
      <AnswerArea {...props} card={card} seen={seen} />
    </div>
  );
}

interface AnswerAreaProps extends Pick<ApprovalCardProps, 'chatId' | 'ask' | 'onOpenChat'> {
  readonly card: RefObject<HTMLElement | null>;
  /** The end of what is asked has been in sight. */
  readonly seen: boolean;
}

/** The buttons, or what one of them opened: the note of a denial, the form of a rule. */
function AnswerArea({ chatId, ask, card, seen, onOpenChat }: AnswerAreaProps) {
  const { approval } = ask;
  const [note, setNote] = useState('');
  const [open, setOpen] = useState<'note' | 'rule' | null>(null);
  const awake = useDeadTime(approval.hash);
  const [sending, send] = useAnswer(chatId, ask);
  const ready = awake && !sending;
  const allow = (rule?: NewRule) => {
    if (ready && seen) void send({ decision: 'allow', ...(rule ? { rule } : {}) });
  };
  const deny = () => {
    if (ready) void send({ decision: 'deny', note });
  };
  const close = () => setOpen(null);
  if (open === 'rule' && approval.rules) {
    return (
      <RuleForm offers={approval.rules} ready={ready && seen} card={card} onAdd={allow} onCancel={close} />
    );
  }
  return (
    <>
      {open === 'note' && (
        <NoteField card={card} value={note} onChange={setNote} onSend={deny} onCancel={close} />
      )}
      <div className="btns">
        {open === 'note' ? (
          <DenyButtons ready={ready} onDeny={deny} onCancel={close} />
        ) : (
          <Answers
            {...{ approval, ready, seen }}
            onAllow={allow}
            onRule={() => setOpen('rule')}
            onDeny={() => setOpen('note')}
          />
        )}
        {onOpenChat && (
          <Button look="quiet" className="end" onClick={onOpenChat}>
            Open chat
          </Button>
        )}
      </div>
    </>
  );
}

/** Every character as it is; of an edit, what goes and what comes also by its colour. */
function Subject({ approval: { verb, subject } }: { readonly approval: ApprovalView }) {
  if (verb !== 'Edit') return <Escaped text={subject} />;
  const lines = subject.split('\n');
  return lines.map((line, i) => (
    <span key={i} className={{ '+': 'add', '-': 'del' }[line[0] ?? '']}>
      <Escaped text={line} />
      {i < lines.length - 1 && '\n'}
    </span>
  ));
}

interface AskedProps {
  readonly approval: ApprovalView;
  readonly title: string;
  readonly place: string | null;
}

function Asked({ approval, title, place }: AskedProps) {
  const { host, directory } = approval;
  const home = useStore(appStore, (s) => s.info?.homeDir ?? '');
  const isHere = useStore(workspacesStore, (s) => s.list?.find((w) => w.host === host)?.hostId === null);
  return (
    <div className="q">
      <span className="warn">
        <Hand className="i" aria-hidden="true" />
      </span>
      <span className="q-where">
        <span className="mono strong">
          <Escaped text={`${host}:${isHere ? shortPath(directory, home) : directory}`} />
        </span>{' '}
        <span className="meta">
          — “{title}” asks to {approval.verb.toLowerCase()}
        </span>
      </span>
      {place !== null && <span className="pos num">{place}</span>}
    </div>
  );
}

interface AnswersProps {
  readonly approval: ApprovalView;
  readonly ready: boolean;
  readonly seen: boolean;
  readonly onAllow: (rule?: NewRule) => void;
  readonly onRule: () => void;
  readonly onDeny: () => void;
}

/** Rules are offered only where they would let the same command through the next time. */
function Answers({ approval, ready, seen, onAllow, onRule, onDeny }: AnswersProps) {
  const can = ready && seen;
  const title = seen ? undefined : 'Scroll to the end first';
  return (
    <>
      <Button look="primary" aria-disabled={!can} title={title} onClick={() => onAllow()}>
        Allow once
      </Button>
      {approval.rules && (
        <>
          <Button aria-disabled={!can} title={title} onClick={() => onAllow(FOR_THIS_CHAT)}>
            Allow for this chat
          </Button>
          <Button aria-label="Add rule" aria-disabled={!can} title={title} onClick={() => can && onRule()}>
            Add rule…
          </Button>
        </>
      )}
      <Button aria-label="Deny" aria-disabled={!ready} onClick={() => ready && onDeny()}>
        Deny…
      </Button>
      {!seen && <span className="meta">Scroll to the end to allow</span>}
      {seen && approval.unruly !== undefined && (
        <span className="meta unruly">No rule can allow this: {approval.unruly}.</span>
      )}
    </>
  );
}

interface DenyButtonsProps {
  readonly ready: boolean;
  readonly onDeny: () => void;
  readonly onCancel: () => void;
}

function DenyButtons({ ready, onDeny, onCancel }: DenyButtonsProps) {
  return (
    <>
      <Button aria-disabled={!ready} onClick={onDeny}>
        Deny
      </Button>
      <Button look="quiet" onClick={onCancel}>
        Cancel
      </Button>
    </>
  );
}

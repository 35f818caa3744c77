import type { CallInput } from '@shared/contract/index.ts';
import type { ActionAnswer, PendingAction } from '@shared/model/chat.ts';
import type { ChatId } from '@shared/model/ids.ts';
import { Hand } from 'lucide-react';
import { useRef, useState } from 'react';
import { call } from '../../lib/bridge.ts';
import { raisedCap, wholeDollars } from '../../lib/money.ts';
import { toast } from '../../state/toasts.ts';
import { Button } from '../../ui/button.tsx';
import { useDeadTime } from '../../ui/dead-time.ts';
import { Escaped } from '../../ui/escaped.tsx';
import { useFocusAfter } from '../../ui/use-focus-after.ts';
import { actionWords } from './action-words.ts';

type Reply = ActionAnswer & Pick<CallInput<'chat.answerAction'>, 'raise'>;

interface ActionCardProps {
  readonly chatId: ChatId;
  readonly title: string;
  readonly action: PendingAction;
  readonly position: number;
  readonly count: number;
  readonly onOpenChat?: (() => void) | undefined;
  readonly onGone: () => void;
}

/** A loop, a budget or a question: the chat goes on, or ends its turn, as the person says. */
export function ActionCard({
  chatId,
  title,
  action,
  position,
  count,
  onOpenChat,
  onGone,
}: ActionCardProps) {
  const card = useRef<HTMLDivElement>(null);
  useFocusAfter(card, onGone);
  const awake = useDeadTime(action.id);
  const [sending, send] = useReply(chatId, action);
  const { kind, sentence, subject } = actionWords(action);
  const ready = awake && !sending;
  const reply = (answer: Reply) => {
    if (ready) void send(answer);
  };
  return (
    <div ref={card} className="ask" role="group" tabIndex={-1} aria-label={`${kind}: ${title}`}>
      <div className="q">
        <span className="warn">
          <Hand className="i" aria-hidden="true" />
        </span>
        <span className="q-where">
          “{title}” <span className="meta">{sentence}</span>
        </span>
        {count > 1 && <span className="pos num">{`${position} of ${count}`}</span>}
      </div>
      {subject !== '' && (
        <pre tabIndex={0} aria-label="What is asked">
          <Escaped text={subject} />
        </pre>
      )}
      {action.kind === 'question' && <OwnWords ready={ready} onReply={reply} />}
      <div className="btns">
        <Answers action={action} ready={ready} onReply={reply} />
        <Button aria-disabled={!ready} onClick={() => reply({ decision: 'stop' })}>
          {action.kind === 'budget' ? 'Stop here' : 'Stop'}
        </Button>
        {onOpenChat && (
          <Button look="quiet" className="end" onClick={onOpenChat}>
            Open chat
          </Button>
        )}
      </div>
    </div>
  );
}

function useReply(chatId: ChatId, action: PendingAction) {
  const [sending, setSending] = useState(false);
  const send = async (answer: Reply) => {
    setSending(true);
    const result = await call('chat.answerAction', { chatId, actionId: action.id, ...answer });
    setSending(false);
    if (!result.ok) toast(result.error.message);
  };
  return [sending, send] as const;
}

interface AnswersProps {
  readonly action: PendingAction;
  readonly ready: boolean;
  readonly onReply: (answer: Reply) => void;
}

function Answers({ action, ready, onReply }: AnswersProps) {
  if (action.kind === 'budget') return <BudgetAnswers action={action} ready={ready} onReply={onReply} />;
  if (action.kind !== 'question') {
    return (
      <Button look="primary" aria-disabled={!ready} onClick={() => onReply({ decision: 'continue' })}>
        Keep going
      </Button>
    );
  }
  return action.options.map((text) => (
    <Button key={text} aria-disabled={!ready} onClick={() => onReply({ decision: 'continue', text })}>
      {text}
    </Button>
  ));
}

type Budget = PendingAction & { readonly kind: 'budget' };

/** A higher cap, where the price is known; and this one call, whatever it costs. */
function BudgetAnswers({ action, ready, onReply }: AnswersProps & { readonly action: Budget }) {
  const { scope, cap_micros: capMicros, spent_micros: spent, estimate_micros: estimate } = action;
  const raised = raisedCap(capMicros, spent + (estimate ?? 0));
  const canRaise = scope !== undefined && estimate !== null;
  return (
    <>
      {canRaise && (
        <Button
          look="primary"
          aria-disabled={!ready}
          onClick={() => onReply({ decision: 'continue', raise: { scope, capMicros: raised } })}
        >
          Raise to {wholeDollars(raised)}
        </Button>
      )}
      <Button
        look={canRaise ? 'plain' : 'primary'}
        aria-disabled={!ready}
        title="Lets this one call pass"
        onClick={() => onReply({ decision: 'continue' })}
      >
        Keep going
      </Button>
    </>
  );
}

function OwnWords({ ready, onReply }: Omit<AnswersProps, 'action'>) {
  const [words, setWords] = useState('');
  return (
    <form
      className="form inline"
      onSubmit={(event) => {
        event.preventDefault();
        if (words.trim() !== '') onReply({ decision: 'continue', text: words.trim() });
      }}
    >
      <input
        className="inp"
        aria-label="Your answer"
        placeholder="Answer in your own words"
        maxLength={4000}
        value={words}
        onChange={(event) => setWords(event.target.value)}
      />
      <Button type="submit" aria-disabled={!ready || words.trim() === ''}>
        Answer
      </Button>
    </form>
  );
}

import type { GitAnswer, GitQuestion } from '@shared/model/git.ts';
import { KeyRound } from 'lucide-react';
import { useContext, useRef, useState } from 'react';
import { useStore } from 'zustand';
import { chatsStore, findChat } from '../../state/chats.ts';
import { answerGit } from '../../state/git.ts';
import { openChat } from '../../state/nav.ts';
import { Button } from '../../ui/button.tsx';
import { useDeadTime } from '../../ui/dead-time.ts';
import { Escaped } from '../../ui/escaped.tsx';
import { Field } from '../../ui/field.tsx';
import { LinkContext } from '../../ui/markdown.tsx';
import { useFocusAfter } from '../../ui/use-focus-after.ts';
import { useSeenToEnd } from './use-seen-to-end.ts';

interface GitCardProps {
  readonly question: GitQuestion;
  /** It is shown away from its chat. */
  readonly elsewhere: boolean;
  readonly onGone: () => void;
}

/** Git, run by a chat, waits: for leave to use a token, or for a token. */
export function GitCard({ question, elsewhere, onGone }: GitCardProps) {
  const { chatId, machine, directory, command } = question;
  const card = useRef<HTMLDivElement>(null);
  const pre = useRef<HTMLPreElement>(null);
  useFocusAfter(card, onGone);
  const seen = useSeenToEnd(pre, question.id);
  const title = useStore(chatsStore, (s) => (chatId ? findChat(s, chatId)?.title : null)) ?? 'a command';
  const [ready, answer] = useAnswer(question);
  return (
    <div ref={card} className="ask" role="group" tabIndex={-1} aria-label={`Git: ${title}`}>
      <div className="q">
        <span className="warn">
          <KeyRound className="i" aria-hidden="true" />
        </span>
        <span className="q-where">
          <span className="mono strong">
            {machine}:<Escaped text={directory} />
          </span>{' '}
          <span className="meta">{sentenceOf(question)}</span>
        </span>
      </div>
      <pre ref={pre} tabIndex={0} aria-label="What runs">
        <Escaped text={command} />
      </pre>
      {question.kind === 'sign-in' && (
        <SignIn question={question} ready={ready && seen} onAnswer={answer} />
      )}
      <div className="btns">
        <Answers question={question} ready={ready} seen={seen} onAnswer={answer} />
        {elsewhere && chatId && (
          <Button look="quiet" className="end" onClick={() => openChat(chatId)}>
            Open chat
          </Button>
        )}
      </div>
    </div>
  );
}

/** Whether an answer would be taken now, and the way to give one. */
function useAnswer({ id }: GitQuestion) {
  const awake = useDeadTime(id);
  const [sending, setSending] = useState(false);
  const ready = awake && !sending;
  const answer = (given: GitAnswer) => {
    if (!ready) return;
    setSending(true);
    void answerGit(id, given).finally(() => setSending(false));
  };
  return [ready, answer] as const;
}

interface AnswersProps {
  readonly question: GitQuestion;
  readonly ready: boolean;
  /** The end of the command has been in sight. */
  readonly seen: boolean;
  readonly onAnswer: (answer: GitAnswer) => void;
}

function Answers({ question, ready, seen, onAnswer }: AnswersProps) {
  if (question.kind === 'sign-in') {
    return (
      <Button aria-disabled={!ready} onClick={() => onAnswer({ kind: 'cancel' })}>
        Not now
      </Button>
    );
  }
  const allow = () => {
    if (seen) onAnswer({ kind: 'use', allow: true });
  };
  return (
    <>
      <Button look="primary" aria-disabled={!ready || !seen} onClick={allow}>
        {question.once ? 'Allow once' : 'Allow'}
      </Button>
      <Button aria-disabled={!ready} onClick={() => onAnswer({ kind: 'use', allow: false })}>
        Deny
      </Button>
    </>
  );
}

function sentenceOf(question: GitQuestion): string {
  const { host, machine } = question;
  if (question.kind === 'sign-in')
    return `needs a token of ${host}. Chats on ${machine} may use it from then on.`;
  return question.once
    ? `lies in no repository of ${host}. Let this command use your token?`
    : `Let chats use your token of ${host} on ${machine}?`;
}

interface SignInProps {
  readonly question: GitQuestion & { kind: 'sign-in' };
  readonly ready: boolean;
  readonly onAnswer: (answer: GitAnswer) => void;
}

function SignIn({ question, ready, onAnswer }: SignInProps) {
  const { host, tokenPage } = question;
  const ask = useContext(LinkContext);
  const [token, setToken] = useState('');
  const long = token.trim().length >= 8;
  return (
    <form
      className="form inline"
      onSubmit={(event) => {
        event.preventDefault();
        if (ready && long) onAnswer({ kind: 'sign-in', token: token.trim() });
      }}
    >
      <span className="meta">
        1. Make a token at{' '}
        <button type="button" className="mono acc" onClick={() => ask(tokenPage)}>
          {tokenPage}
        </button>
      </span>
      <span />
      <Field
        label={`2. Token of ${host}`}
        type="password"
        value={token}
        onChange={(event) => setToken(event.target.value)}
      />
      <Button type="submit" look="primary" aria-disabled={!ready || !long}>
        Use token
      </Button>
    </form>
  );
}

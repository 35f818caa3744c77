import type { PendingAction, ToolCallState } from '@shared/model/chat.ts';
import type { ChatId } from '@shared/model/ids.ts';
import { useEffect, useMemo } from 'react';
import { useStore } from 'zustand';
import { type ChatMap, chatsStore } from '../../state/chats.ts';
import { gitStore } from '../../state/git.ts';
import { type ChatSession, createSession } from '../../state/live.ts';
import { focusMessage, openChat } from '../../state/nav.ts';
import { ActionCard } from './action-card.tsx';
import { ApprovalCard, type Ask } from './approval-card.tsx';
import { askingIn, gitAskingIn } from './asking.ts';
import { GitCard } from './git-card.tsx';

const NO_CALLS: readonly ToolCallState[] = [];
const NO_ACTIONS: readonly PendingAction[] = [];
const NO_CHATS: ChatMap = new Map();

function gatedIn(calls: readonly ToolCallState[]): readonly Ask[] {
  return calls.flatMap((state) =>
    state.state === 'gated' && state.approval ? [{ state, approval: state.approval }] : [],
  );
}

interface AskDockProps {
  readonly session: ChatSession;
  /** Questions of other chats that come after those of this one. */
  readonly also: number;
  readonly onOpenChat?: () => void;
  readonly onGone: () => void;
}

/** The questions of a chat that wait for an answer, in their order. */
function useAsks(session: ChatSession) {
  const calls = useStore(session.store, (s) => s.view?.calls ?? NO_CALLS);
  const actions = useStore(session.store, (s) => s.view?.actions ?? NO_ACTIONS);
  const asks = useMemo(() => gatedIn(calls), [calls]);
  return { asks, actions };
}

/** The first question; the rest are counted. */
function AskDock({ session, also, onOpenChat, onGone }: AskDockProps) {
  const { asks, actions } = useAsks(session);
  const title = useStore(session.store, (s) => s.view?.chat.title ?? '');
  const common = {
    chatId: session.chatId,
    title,
    position: 1,
    count: asks.length + actions.length + also,
    onOpenChat,
    onGone,
  };
  const [ask] = asks;
  if (ask) return <ApprovalCard key={ask.state.key} {...common} ask={ask} />;
  const [action] = actions;
  return action ? <ActionCard key={action.id} {...common} action={action} /> : null;
}

/** All of them, each a card of its own. */
function AskList({ session, onOpenChat, onGone }: Omit<AskDockProps, 'also'>) {
  const { asks, actions } = useAsks(session);
  const title = useStore(session.store, (s) => s.view?.chat.title ?? '');
  const common = { chatId: session.chatId, title, position: 1, count: 1, onOpenChat, onGone };
  return (
    <>
      {asks.map((ask) => (
        <ApprovalCard key={ask.state.key} {...common} ask={ask} />
      ))}
      {actions.map((action) => (
        <ActionCard key={action.id} {...common} action={action} />
      ))}
    </>
  );
}

/** A chat that is not open here has a feed of its own, only while its questions are shown. */
function useElsewhere(chatId: ChatId): ChatSession {
  const session = useMemo(() => createSession(chatId), [chatId]);
  useEffect(() => {
    session.open();
    return () => session.close();
  }, [session]);
  return session;
}

type Elsewhere = Omit<AskDockProps, 'session'> & { readonly chatId: ChatId };

function ElsewhereDock({ chatId, ...rest }: Elsewhere) {
  return <AskDock session={useElsewhere(chatId)} {...rest} onOpenChat={() => openChat(chatId)} />;
}

/** As the inbox shows them. */
export function ElsewhereList({ chatId, onGone }: Pick<Elsewhere, 'chatId' | 'onGone'>) {
  return <AskList session={useElsewhere(chatId)} onGone={onGone} onOpenChat={() => openChat(chatId)} />;
}

/** What waits for the person in the open chat and, after that, in the agents that it started. */
export function FamilyDock({ session }: { readonly session: ChatSession }) {
  const own = useStore(
    session.store,
    (s) => gatedIn(s.view?.calls ?? NO_CALLS).length + (s.view?.actions.length ?? 0),
  );
  const live = useStore(chatsStore, (s) => s.live ?? NO_CHATS);
  const agents = useMemo(() => askingIn(live, session.chatId), [live, session.chatId]);
  const theirs = agents.reduce((n, agent) => n + agent.asks, 0);
  const [first] = agents;
  const questions = useStore(gitStore, (s) => s.questions);
  const git = useMemo(
    () => gitAskingIn(live, session.chatId, questions),
    [live, session.chatId, questions],
  );
  const [question] = git;
  // A command of the step runs already: nothing else of it asks, and git does not wait for long.
  if (question) {
    const elsewhere = question.chatId !== session.chatId;
    return <GitCard key={question.id} question={question} elsewhere={elsewhere} onGone={focusMessage} />;
  }
  if (own > 0) return <AskDock session={session} also={theirs} onGone={focusMessage} />;
  if (!first) return null;
  return (
    <ElsewhereDock key={first.id} chatId={first.id} also={theirs - first.asks} onGone={focusMessage} />
  );
}

import type { ToolCallState } from '@shared/model/chat.ts';
import { useMemo } from 'react';
import { useStore } from 'zustand';
import type { ChatSession } from '../../state/live.ts';
import { ApprovalCard, type Ask } from './approval-card.tsx';

const NONE: readonly ToolCallState[] = [];

export function asksOf(calls: readonly ToolCallState[]): readonly Ask[] {
  return calls.flatMap((state) =>
    state.state === 'gated' && state.approval ? [{ state, approval: state.approval }] : [],
  );
}

interface ApprovalDockProps {
  readonly session: ChatSession;
  readonly onOpenChat?: () => void;
}

/** The first question of a chat that waits for an answer; the rest are counted. */
export function ApprovalDock({ session, onOpenChat }: ApprovalDockProps) {
  const calls = useStore(session.store, (s) => s.view?.calls ?? NONE);
  const title = useStore(session.store, (s) => s.view?.chat.title ?? '');
  const asks = useMemo(() => asksOf(calls), [calls]);
  const ask = asks[0];
  if (!ask) return null;
  return (
    <ApprovalCard
      key={ask.state.key}
      chatId={session.chatId}
      title={title}
      ask={ask}
      position={1}
      count={asks.length}
      onOpenChat={onOpenChat}
    />
  );
}

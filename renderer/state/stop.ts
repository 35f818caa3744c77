import type { ChatStatus, ChatSummary } from '@shared/model/chat.ts';
import { call } from '../lib/bridge.ts';
import type { ChatSession } from './live.ts';
import { announce, toast } from './toasts.ts';

const BUSY: ReadonlySet<ChatStatus> = new Set(['running', 'interrupting', 'requires_action']);

export function isBusy(status: ChatStatus | undefined): boolean {
  return status !== undefined && BUSY.has(status);
}

export function busyAgents(agents: readonly ChatSummary[]): number {
  return agents.filter((agent) => isBusy(agent.status)).length;
}

/** Stop means stop: a chat whose agents still work is stopped with all of them. */
export async function stopTree(session: ChatSession): Promise<void> {
  const { chatId } = session;
  const agents = busyAgents(session.store.getState().view?.agents ?? []);
  if (agents === 0) {
    const answer = await call('chat.interrupt', { chatId });
    if (!answer.ok) toast(answer.error.message);
    return;
  }
  const answer = await call('chat.interruptTree', { chatId });
  if (!answer.ok) toast(answer.error.message);
  else announce(`Stopped ${answer.value.stopped.length} chats`);
}

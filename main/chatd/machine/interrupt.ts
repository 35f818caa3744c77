import type { ChatFault } from '@shared/model/fault.ts';
import type { ToolCallPart } from '@shared/model/part.ts';
import { operation, type Tx } from '../../db/store.ts';
import { closeActions } from './actions.ts';
import { settleHold, tokensOf } from './budget.ts';
import { refuse } from './exec-state.ts';
import { insertMessage } from './messages.ts';
import { type Mutation, mutate, mutateFenced, type Scope } from './protocol.ts';
import { promoteHeadOrFail } from './queue.ts';
import { type CancelReason, resolveOutstanding } from './results.ts';
import type { Fence, NewMessage } from './types.ts';

/** R → I: its runner saves what it has. A has nothing to save: W at once, or the queue's head (E1 without a model). */
export const interrupt = operation('durable', (tx: Tx, scope: Scope) =>
  mutate(tx, scope, 'interrupt', async (m) => {
    if (m.chat.status === 'running') {
      await m.set({ status: 'interrupting', generation_attempt: 0, compaction_requested_at: null });
      return null;
    }
    await stopWaiting(m, 'interrupted');
    return null;
  }),
);

/** Ends a wait in A without an answer: nothing is asked any more, and the chat is idle or goes on with its queue. */
export async function stopWaiting(m: Mutation, reason: CancelReason): Promise<void> {
  await closeActions(m.tx, m.chat.id);
  await m.set({ requires_action_deadline_at: null });
  await settle(m, reason);
}

/** I0 → W, I1 → R with the head promoted, or E1 without a model. First the results of what was committed, then the partial rows. */
export const finishInterruption = operation(
  'durable',
  (tx: Tx, args: Fence & { messages: readonly NewMessage[]; costMicros?: number | null }) =>
    mutateFenced(tx, args, 'finishInterruption', async (m) => {
      requireResolved(args.messages);
      await settleHold(tx, m.chat, args.costMicros ?? null, tokensOf(args.messages));
      await resolveOutstanding(tx, m.chat, 'interrupted');
      for (const message of args.messages) await insertMessage(tx, m.chat, message);
      if (m.chat.stopped_from_above && m.chat.queued > 0) {
        await endStopped(m);
        return { promoted: false };
      }
      return { promoted: await settle(m, 'promoted') };
    }),
);

const STOPPED: ChatFault = {
  kind: 'stopped',
  message: 'Stopped together with other chats. Its queue was kept.',
  retryable: false,
};

/** E1 with the queue kept: the end of a chat that was stopped from above. */
export async function endStopped(m: Mutation): Promise<void> {
  await resolveOutstanding(m.tx, m.chat, 'interrupted');
  await m.set({
    status: 'error',
    last_error: STOPPED,
    generation_attempt: 0,
    compaction_requested_at: null,
    stopped_from_above: false,
  });
}

/** Idle, or on with the queue. Answers whether its head was promoted. */
async function settle(m: Mutation, reason: CancelReason): Promise<boolean> {
  if (m.chat.queued > 0) return promoteHeadOrFail(m, reason);
  await resolveOutstanding(m.tx, m.chat, reason);
  await m.set({
    status: 'waiting',
    generation_attempt: 0,
    compaction_requested_at: null,
    stopped_from_above: false,
    queue_paused: false,
  });
  return false;
}

/** The partial must resolve all calls that it contains. */
function requireResolved(messages: readonly NewMessage[]): void {
  const parts = messages.flatMap((message) => message.content);
  const answered = new Set(
    parts.flatMap((part) => (part.type === 'tool-result' ? [part.tool_call_id] : [])),
  );
  const open = parts.some(
    (part): part is ToolCallPart =>
      part.type === 'tool-call' && !part.provider_executed && !answered.has(part.tool_call_id),
  );
  if (open) refuse({ kind: 'invalid', message: 'The partial leaves a tool call without a result' });
}

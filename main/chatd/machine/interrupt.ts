import type { ToolCallPart } from '@shared/model/part.ts';
import { operation, type Tx } from '../../db/store.ts';
import { refuse } from './exec-state.ts';
import { insertMessage } from './messages.ts';
import { mutate, mutateFenced, type Scope } from './protocol.ts';
import { promoteHead } from './queue.ts';
import { resolveOutstanding } from './results.ts';
import type { Fence, NewMessage } from './types.ts';

/** R → I: its runner saves what it has. A has nothing to save: W at once, or the queue's head. */
export const interrupt = operation('durable', (tx: Tx, scope: Scope) =>
  mutate(tx, scope, 'interrupt', async (m) => {
    if (m.chat.status === 'running') {
      await m.set({ status: 'interrupting', generation_attempt: 0, compaction_requested_at: null });
      return null;
    }
    await resolveOutstanding(tx, m.chat, 'interrupted');
    if (m.chat.queued > 0) await promoteHead(m, 'interrupted');
    await m.set({
      status: m.chat.queued > 0 ? 'running' : 'waiting',
      requires_action_deadline_at: null,
      compaction_requested_at: null,
    });
    return null;
  }),
);

/** I0 → W, I1 → R with the head promoted. First the results of what was committed, then the partial rows. */
export const finishInterruption = operation(
  'durable',
  (tx: Tx, args: Fence & { messages: readonly NewMessage[] }) =>
    mutateFenced(tx, args, 'finishInterruption', async (m) => {
      requireResolved(args.messages);
      await resolveOutstanding(tx, m.chat, 'interrupted');
      for (const message of args.messages) await insertMessage(tx, m.chat, message);
      const promoted = m.chat.queued > 0;
      if (promoted) await promoteHead(m, 'promoted');
      await m.set({
        status: promoted ? 'running' : 'waiting',
        generation_attempt: 0,
        compaction_requested_at: null,
      });
      return { promoted };
    }),
);

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

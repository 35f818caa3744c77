import type { MessageId } from '@shared/model/ids.ts';
import type { UserPart } from '@shared/model/message.ts';
import { operation, type Tx } from '../../db/store.ts';
import { closeActions } from './actions.ts';
import { refuse } from './exec-state.ts';
import { claimFiles } from './files.ts';
import { insertMessage, resolveModel } from './messages.ts';
import { type Mutation, mutate, type Scope } from './protocol.ts';
import { resolveOutstanding } from './results.ts';
import type { MessageRow } from './rows.ts';
import type { NewMessage } from './types.ts';
import { requireUserContent } from './validate.ts';

type Edit = Scope & {
  readonly messageId: MessageId;
  readonly content: readonly UserPart[];
  readonly suffix?: readonly NewMessage[];
};

/** Everything from the message on goes, its replacement is a new row, and the chat runs again. */
export const editMessage = operation('durable', (tx: Tx, args: Edit) =>
  mutate(tx, args, 'editMessage', async (m) => {
    requireUserContent(args.content);
    const target = await requireUserMessage(m, args.messageId);
    const model = await resolveModel(tx, target.model_config_id ?? m.chat.last_model_config_id);
    if (!model) return refuse({ kind: 'no-model' });
    const content = await claimFiles(tx, m.chat, args.content);
    await cutFrom(m, target.id);
    await closeActions(tx, m.chat.id);
    await resolveOutstanding(tx, m.chat, 'edited');
    const messageId = await insertMessage(tx, m.chat, {
      role: 'user',
      content,
      visibility: target.visibility,
      modelConfigId: model,
      effort: target.reasoning_effort,
    });
    for (const message of args.suffix ?? []) await insertMessage(tx, m.chat, message);
    await m.set({
      status: 'running',
      last_error: null,
      requires_action_deadline_at: null,
      compaction_requested_at: null,
      last_model_config_id: model,
      last_reasoning_effort: target.reasoning_effort,
      compaction_held: false,
      stopped_from_above: false,
      queue_paused: false,
    });
    return { messageId };
  }),
);

async function requireUserMessage({ tx, chat }: Mutation, messageId: MessageId): Promise<MessageRow> {
  const { rows } = await tx.query<MessageRow>(
    'select * from chat_messages where id = $1 and chat_id = $2 and not deleted',
    [messageId, chat.id],
  );
  const row = rows[0];
  if (!row) return refuse({ kind: 'message-not-found' });
  if (row.role !== 'user') return refuse({ kind: 'not-user-message' });
  return row;
}

async function cutFrom({ tx, chat }: Mutation, messageId: MessageId): Promise<void> {
  await tx.query(
    `update chat_tool_calls set state = 'cancelled', ended_at = now()
     where chat_id = $1 and message_id >= $2 and state in ('gated', 'cleared', 'dispatched')`,
    [chat.id, messageId],
  );
  await tx.query(
    'update chat_messages set deleted = true where chat_id = $1 and id >= $2 and not deleted',
    [chat.id, messageId],
  );
  await tx.query('delete from chat_queued_messages where chat_id = $1', [chat.id]);
}

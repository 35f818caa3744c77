import type { MessageId, QueuedId } from '@shared/model/ids.ts';
import { ok } from '@shared/util/result.ts';
import { operation, type Tx } from '../../db/store.ts';
import { closeActions } from './actions.ts';
import { refuse } from './exec-state.ts';
import { claimFiles } from './files.ts';
import { insertMessage, requireModel } from './messages.ts';
import { type Mutation, mutate } from './protocol.ts';
import { appendQueued, promoteHead } from './queue.ts';
import { resolveOutstanding } from './results.ts';
import type { Outcome, SendMessageArgs, Sent } from './types.ts';
import { requireUserContent } from './validate.ts';

/** Rows 2 to 6 of CHATD 2.3: what a message does depends on what the chat is doing. */
export const sendMessage = operation(
  'durable',
  async (tx: Tx, args: SendMessageArgs): Promise<Outcome<Sent>> => {
    const before = await loadSent(tx, args);
    if (before) return ok(before);
    requireUserContent(args.content);
    if (args.busy !== 'queue' && args.busy !== 'interrupt') {
      return refuse({ kind: 'invalid', message: 'busy must be queue or interrupt' });
    }
    return mutate(tx, args, 'sendMessage', (m) => send(m, args));
  },
);

async function send(m: Mutation, args: SendMessageArgs): Promise<Sent> {
  const { status } = m.chat;
  if (m.from === 'W' || m.from === 'E0') return sendNow(m, args);
  const queuedId = await enqueue(m, args);
  if (m.chat.stopped_from_above) await m.set({ stopped_from_above: false });
  if (status === 'error') {
    await promoteHead(m, 'newMessage');
    // Who writes to a chat that rests wants it to go on, also where its queue was paused.
    await m.set({
      status: 'running',
      last_error: null,
      compaction_requested_at: null,
      queue_paused: false,
    });
  } else if (args.busy === 'interrupt') {
    await interruptFor(m);
  }
  return { queued: true, messageId: null, queuedId };
}

async function sendNow(m: Mutation, args: SendMessageArgs): Promise<Sent> {
  const model = await requireModel(m.tx, args.modelConfigId, m.chat.last_model_config_id);
  const effort = args.effort === undefined ? m.chat.last_reasoning_effort : args.effort;
  const content = await claimFiles(m.tx, m.chat, args.content);
  await resolveOutstanding(m.tx, m.chat, 'newMessage');
  const messageId = await insertMessage(
    m.tx,
    m.chat,
    { role: 'user', content, modelConfigId: model, effort },
    { sendKey: args.sendKey },
  );
  await m.set({
    status: 'running',
    last_error: null,
    requires_action_deadline_at: null,
    compaction_requested_at: null,
    last_model_config_id: model,
    last_reasoning_effort: effort,
    compaction_held: false,
    queue_paused: false,
  });
  return { queued: false, messageId, queuedId: null };
}

async function enqueue(m: Mutation, args: SendMessageArgs): Promise<QueuedId> {
  if (args.modelConfigId) await requireModel(m.tx, args.modelConfigId);
  return appendQueued(m, {
    content: args.content,
    modelConfigId: args.modelConfigId,
    effort: args.effort ?? null,
    sendKey: args.sendKey,
  });
}

/**
 * A running step must first save what it has. A chat that waits for the person has nothing to save: the head
 * becomes history at once, or the model would be asked about the cancelled calls before it sees the message.
 */
async function interruptFor(m: Mutation): Promise<void> {
  if (m.chat.status !== 'requires_action') {
    await m.set({ status: 'interrupting', generation_attempt: 0, compaction_requested_at: null });
    return;
  }
  await closeActions(m.tx, m.chat.id);
  await promoteHead(m, 'newMessage');
  await m.set({ status: 'running', requires_action_deadline_at: null, compaction_requested_at: null });
}

/** What an earlier send with this key was answered; a queued one is found again after its promotion. */
async function loadSent(tx: Tx, { chatId, ownerId, sendKey }: SendMessageArgs): Promise<Sent | null> {
  const { rows } = await tx.query<{ message_id: MessageId | null; queued_id: QueuedId | null }>(
    `select found.* from (select id as message_id, queued_message_id as queued_id from chat_messages
         where send_key = $2 and chat_id = $1
       union all select null, id from chat_queued_messages where send_key = $2 and chat_id = $1) found
     where exists (select 1 from chats where id = $1 and owner_id = $3)`,
    [chatId, sendKey, ownerId],
  );
  const row = rows[0];
  if (!row) return null;
  const queued = row.queued_id !== null;
  return { queued, messageId: queued ? null : row.message_id, queuedId: row.queued_id };
}

import type { ChatFault } from '@shared/model/fault.ts';
import type { ChatId, ModelConfigId, QueuedId } from '@shared/model/ids.ts';
import type { UserPart } from '@shared/model/message.ts';
import { invariant } from '@shared/util/invariant.ts';
import { toJson } from '../../db/json.ts';
import { operation, type Tx } from '../../db/store.ts';
import { closeActions } from './actions.ts';
import { refuse } from './exec-state.ts';
import { claimFiles } from './files.ts';
import { insertMessage, resolveModel } from './messages.ts';
import { type Mutation, mutate, type Scope } from './protocol.ts';
import { type CancelReason, resolveOutstanding } from './results.ts';
import type { QueueRow } from './rows.ts';
import { requireUserContent } from './validate.ts';

export const MAX_QUEUED = 20;

type ByQueued = Scope & { readonly queuedId: QueuedId };

export interface NewQueued {
  readonly content: readonly UserPart[];
  readonly modelConfigId: ModelConfigId | null;
  /** Null keeps what the chat has when the message is promoted. */
  readonly effort: string | null;
  readonly sendKey: string;
}

/** Adds to the tail. */
export async function appendQueued({ tx, chat }: Mutation, queued: NewQueued): Promise<QueuedId> {
  if (chat.queued >= MAX_QUEUED) refuse({ kind: 'queue-full', max: MAX_QUEUED });
  const content = await claimFiles(tx, chat, queued.content);
  const { rows } = await tx.query<{ id: QueuedId }>(
    `insert into chat_queued_messages (chat_id, content, model_config_id, reasoning_effort, send_key, created_by, position)
     select $1, $2, $3, $4, $5, $6, coalesce(max(position), 0) + 1 from chat_queued_messages where chat_id = $1
     returning id`,
    [chat.id, toJson(content), queued.modelConfigId, queued.effort, queued.sendKey, chat.owner_id],
  );
  const row = rows[0];
  invariant(row, 'an insert returns its row');
  return row.id;
}

export async function loadQueue(tx: Tx, chatId: ChatId): Promise<readonly QueueRow[]> {
  const { rows } = await tx.query<QueueRow>(
    'select * from chat_queued_messages where chat_id = $1 order by position, id',
    [chatId],
  );
  return rows;
}

/** Queue row → message, with its key and its model; closes what was outstanding first. */
export async function promote(m: Mutation, row: QueueRow, reason: CancelReason): Promise<void> {
  const model = await resolveModelOf(m, row);
  if (!model) return refuse({ kind: 'no-model' });
  await insertPromoted(m, row, model, reason);
}

function resolveModelOf({ tx, chat }: Mutation, row: QueueRow): Promise<ModelConfigId | null> {
  return resolveModel(tx, row.model_config_id ?? chat.last_model_config_id);
}

async function insertPromoted(
  { tx, chat, set }: Mutation,
  row: QueueRow,
  model: ModelConfigId,
  reason: CancelReason,
): Promise<void> {
  await resolveOutstanding(tx, chat, reason);
  const { rowCount } = await tx.query('delete from chat_queued_messages where id = $1', [row.id]);
  invariant(rowCount === 1, 'the queue row is there under the lock');
  const effort = row.reasoning_effort ?? chat.last_reasoning_effort;
  await insertMessage(
    tx,
    chat,
    { role: 'user', content: row.content, modelConfigId: model, effort },
    { queuedId: row.id, sendKey: row.send_key },
  );
  await set({ last_model_config_id: model, last_reasoning_effort: effort, compaction_held: false });
}

/** Promotes the head. There must be one. */
export async function promoteHead(m: Mutation, reason: CancelReason): Promise<void> {
  const [head] = await loadQueue(m.tx, m.chat.id);
  invariant(head, 'this state has a queue');
  await promote(m, head, reason);
}

const NO_MODEL: ChatFault = {
  kind: 'config',
  message: 'No model is set up. Add an account in Settings.',
  retryable: false,
};

/**
 * The end of a turn with a queue: the head goes on, and the chat runs. Where no model is left that could answer
 * it, the chat fails and keeps its queue (E1): a refusal would be tried again for ever. The same end, without a
 * failure, where the person paused the queue. Answers whether it goes on.
 */
export async function promoteHeadOrFail(m: Mutation, reason: CancelReason): Promise<boolean> {
  const [head] = await loadQueue(m.tx, m.chat.id);
  invariant(head, 'this state has a queue');
  if (m.chat.queue_paused) return endPaused(m, reason);
  const model = await resolveModelOf(m, head);
  if (model) await insertPromoted(m, head, model, reason);
  else await resolveOutstanding(m.tx, m.chat, reason);
  await m.set({
    status: model ? 'running' : 'error',
    last_error: model ? null : NO_MODEL,
    generation_attempt: 0,
    retry_state: null,
    compaction_requested_at: null,
  });
  return model !== null;
}

const PAUSED: ChatFault = { kind: 'paused', message: 'The queue is paused.', retryable: false };

/** E1 with the queue kept, until the person lets it go on. */
async function endPaused(m: Mutation, reason: CancelReason): Promise<false> {
  await resolveOutstanding(m.tx, m.chat, reason);
  await m.set({
    status: 'error',
    last_error: PAUSED,
    generation_attempt: 0,
    retry_state: null,
    compaction_requested_at: null,
  });
  return false;
}

/** A paused queue keeps its head when the turn ends, as E1. Going on from there promotes it. */
export const pauseQueue = operation('durable', (tx: Tx, args: Scope & { readonly paused: boolean }) =>
  mutate(tx, args, 'pauseQueue', async (m) => {
    await m.set({ queue_paused: args.paused });
    if (args.paused || m.chat.last_error?.kind !== 'paused') return null;
    await promoteHead(m, 'promoted');
    await m.set({ status: 'running', last_error: null, compaction_requested_at: null });
    return null;
  }),
);

async function requireQueued({ tx, chat }: Mutation, queuedId: QueuedId): Promise<QueueRow> {
  const found = (await loadQueue(tx, chat.id)).find((row) => row.id === queuedId);
  return found ?? refuse({ kind: 'message-not-found' });
}

export const deleteQueued = operation('durable', (tx: Tx, args: ByQueued) =>
  mutate(tx, args, 'deleteQueued', async (m) => {
    const row = await requireQueued(m, args.queuedId);
    await tx.query('delete from chat_queued_messages where id = $1', [row.id]);
    return null;
  }),
);

export const editQueued = operation(
  'durable',
  (tx: Tx, args: ByQueued & { content: readonly UserPart[] }) =>
    mutate(tx, args, 'editQueued', async (m) => {
      requireUserContent(args.content);
      const row = await requireQueued(m, args.queuedId);
      await tx.query('update chat_queued_messages set content = $2 where id = $1', [
        row.id,
        toJson(await claimFiles(tx, m.chat, args.content)),
      ]);
      return null;
    }),
);

/** Swaps with its neighbour; at the end it stays. */
export const moveQueued = operation('durable', (tx: Tx, args: ByQueued & { by: -1 | 1 }) =>
  mutate(tx, args, 'moveQueued', async (m) => {
    const row = await requireQueued(m, args.queuedId);
    const queue = await loadQueue(tx, m.chat.id);
    const neighbour = queue[queue.findIndex((r) => r.id === row.id) + args.by];
    if (!neighbour) return null;
    await tx.query(
      `update chat_queued_messages set position = case id when $1 then $4::bigint else $3::bigint end
       where id in ($1, $2)`,
      [row.id, neighbour.id, row.position, neighbour.position],
    );
    return null;
  }),
);

/** "Send now": into history where the chat is idle or waits for the person, else to the head and interrupt. */
export const promoteQueued = operation('durable', (tx: Tx, args: ByQueued) =>
  mutate(tx, args, 'promoteQueued', async (m) => {
    const row = await requireQueued(m, args.queuedId);
    const { status } = m.chat;
    if (status === 'running' || status === 'interrupting') {
      await tx.query(
        `update chat_queued_messages set position =
           (select min(position) - 1 from chat_queued_messages where chat_id = $1) where id = $2`,
        [m.chat.id, row.id],
      );
      await m.set({
        status: 'interrupting',
        generation_attempt: 0,
        compaction_requested_at: null,
        stopped_from_above: false,
      });
      return null;
    }
    await closeActions(tx, m.chat.id);
    await promote(m, row, 'promoted');
    await m.set({
      status: 'running',
      last_error: null,
      requires_action_deadline_at: null,
      compaction_requested_at: null,
    });
    return null;
  }),
);

import type { ActionRequest, PendingAction } from '@shared/model/chat.ts';
import type { ChatId } from '@shared/model/ids.ts';
import { toJson } from '../../db/json.ts';
import type { Tx } from '../../db/store.ts';
import { type Mutation, UNOWNED } from './protocol.ts';
import { type ActionRow, toAction } from './rows.ts';

/** What waits for the person besides gated calls, oldest first. */
export async function loadActions(tx: Tx, chatId: ChatId): Promise<readonly PendingAction[]> {
  const { rows } = await tx.query<ActionRow>(
    `select id, kind, payload, created_at from chat_pending_actions
     where chat_id = $1 and answered_at is null order by created_at, id`,
    [chatId],
  );
  return rows.map(toAction);
}

export async function insertAction(tx: Tx, chatId: ChatId, action: ActionRequest): Promise<void> {
  const { kind, ...payload } = action;
  await tx.query('insert into chat_pending_actions (chat_id, kind, payload) values ($1, $2, $3)', [
    chatId,
    kind,
    toJson(payload),
  ]);
}

/** The chat leaves `requires_action` without an answer: what was asked is asked no more. */
export async function closeActions(tx: Tx, chatId: ChatId): Promise<void> {
  await tx.query(
    'update chat_pending_actions set answered_at = now() where chat_id = $1 and answered_at is null',
    [chatId],
  );
}

/**
 * A gated ledger row waits for the person, who sees its approval; one without an approval is a call of a
 * dynamic tool and waits for the client. `t` is chat_tool_calls.
 */
export const ASKS_PERSON = `t.state = 'gated' and t.approval is not null`;
export const ASKS_CLIENT = `t.state = 'gated' and t.approval is null`;

export interface Waits {
  readonly person: boolean;
  readonly client: boolean;
}

export async function loadWaits(tx: Tx, chatId: ChatId): Promise<Waits> {
  const { rows } = await tx.query<Waits>(
    `select exists (select 1 from chat_tool_calls t where t.chat_id = $1 and ${ASKS_PERSON})
         or exists (select 1 from chat_pending_actions where chat_id = $1 and answered_at is null) as person,
       exists (select 1 from chat_tool_calls t where t.chat_id = $1 and ${ASKS_CLIENT}) as client`,
    [chatId],
  );
  return rows[0] ?? { person: false, client: false };
}

/**
 * After an answer in A: the chat runs as soon as the person has nothing left to say, and any worker may take it.
 * Calls that still wait for the client make it wait again, with a deadline, when nothing else can be done.
 */
export async function goOn(m: Mutation): Promise<void> {
  if ((await loadWaits(m.tx, m.chat.id)).person) return;
  await m.set({ status: 'running', ...UNOWNED, requires_action_deadline_at: null });
}

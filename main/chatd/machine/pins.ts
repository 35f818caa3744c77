import type { ChatId, OwnerId } from '@shared/model/ids.ts';
import { ok } from '@shared/util/result.ts';
import { operation, type Tx } from '../../db/store.ts';
import { refuse } from './exec-state.ts';
import type { Outcome } from './types.ts';

export interface PinChatArgs {
  readonly chatId: ChatId;
  readonly ownerId: OwnerId;
  /** Its place among the pinned chats that are not archived, from 1; beyond the last: the end. Null: not pinned. */
  readonly at: number | null;
}

interface PinRow {
  readonly id: ChatId;
  readonly pin_order: number;
}

/**
 * The pinned chats are numbered anew, and the tree is told of those whose number changed. Like reading, it moves no
 * version: nothing happened in the chats. An agent's chat stands below the one that started it and has no place of
 * its own.
 */
export const pinChat = operation('durable', async (tx: Tx, args: PinChatArgs): Promise<Outcome<null>> => {
  const { rows } = await tx.query<PinRow & { readonly parent_chat_id: ChatId | null }>(
    `select id, pin_order, parent_chat_id from chats where owner_id = $2
       and (id = $1 or (pin_order > 0 and not archived)) order by id for no key update`,
    [args.chatId, args.ownerId],
  );
  const chat = rows.find((row) => row.id === args.chatId);
  if (!chat) return refuse({ kind: 'not-found' });
  if (chat.parent_chat_id !== null && args.at !== null)
    return refuse({ kind: 'invalid', message: 'Only a chat that no other one started can be pinned' });
  const others = rows
    .filter((row) => row !== chat && row.pin_order > 0)
    .sort((a, b) => a.pin_order - b.pin_order || (a.id < b.id ? -1 : 1));
  const placed: readonly PinRow[] =
    args.at === null ? others : others.toSpliced(Math.max(0, args.at - 1), 0, chat);
  const moved = placed
    .map((row, index) => ({ ...row, order: index + 1 }))
    .filter((row) => row.order !== row.pin_order);
  if (args.at === null && chat.pin_order !== 0) moved.push({ ...chat, order: 0 });
  if (moved.length > 0) await setOrders(tx, moved);
  return ok(null);
});

async function setOrders(
  tx: Tx,
  moved: readonly { readonly id: ChatId; readonly order: number }[],
): Promise<void> {
  await tx.query(
    `with moved as (update chats c set pin_order = n.place
         from unnest($1::uuid[], $2::int[]) as n (id, place) where c.id = n.id returning c.id, c.parent_chat_id as parent)
     select pg_notify('chat_watch', json_build_object('chatId', id, 'parentChatId', parent, 'kind', 'change')::text)
       from moved`,
    [moved.map((row) => row.id), moved.map((row) => row.order)],
  );
}

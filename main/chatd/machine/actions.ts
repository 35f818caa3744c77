import type { PendingAction } from '@shared/model/chat.ts';
import type { ChatId } from '@shared/model/ids.ts';
import type { Tx } from '../../db/store.ts';
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

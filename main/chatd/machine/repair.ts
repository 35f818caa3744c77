import type { ChatFault } from '@shared/model/fault.ts';
import type { ChatId, OwnerId } from '@shared/model/ids.ts';
import { operation, type Tx } from '../../db/store.ts';
import { closeActions } from './actions.ts';
import { type Mutation, mutate, publish } from './protocol.ts';
import { resolveOutstanding } from './results.ts';
import { CHAT_COLUMNS, type ChatRow } from './rows.ts';

const REPAIRED: ChatFault = {
  kind: 'generic',
  message:
    'This chat was in a state that should not exist. Send a message or edit an earlier one to go on.',
  retryable: true,
};

interface Repair {
  readonly chatId: ChatId;
  readonly ownerId: OwnerId | null;
  readonly fault: ChatFault | null;
}

/** Invalid → E0/E1: nothing waits, nothing is outstanding, and the person decides. The queue is kept. */
export const reconcileInvalidState = operation('durable', (tx: Tx, args: Repair) =>
  mutate(tx, args, 'reconcileInvalidState', async (m) => {
    await resolveOutstanding(tx, m.chat, 'repaired');
    await closeActions(tx, m.chat.id);
    await m.set({
      status: 'error',
      archived: false,
      last_error: args.fault ?? REPAIRED,
      generation_attempt: 0,
      compaction_requested_at: null,
      requires_action_deadline_at: null,
      stopped_from_above: false,
    });
    if (m.chat.archived) await unarchiveFamily(m);
    return null;
  }),
);

/** A family is archived as a whole, or not at all. */
async function unarchiveFamily({ tx, chat }: Mutation): Promise<void> {
  const { rows } = await tx.query<ChatRow>(
    `update chats c set archived = false, snapshot_version = snapshot_version + 1, updated_at = now()
     where archived and id <> $1 and $2 in (c.id, c.root_chat_id) returning ${CHAT_COLUMNS}`,
    [chat.id, chat.root_chat_id ?? chat.id],
  );
  for (const row of rows) await publish(tx, row, 'created');
}

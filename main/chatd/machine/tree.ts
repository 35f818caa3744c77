import type { ChatId, OwnerId } from '@shared/model/ids.ts';
import { ok } from '@shared/util/result.ts';
import { operation, type Tx } from '../../db/store.ts';
import { closeActions } from './actions.ts';
import { execState, refuse } from './exec-state.ts';
import { endStopped, stopWaiting } from './interrupt.ts';
import { type Mutation, mutate, type Scope } from './protocol.ts';
import { CHAT_COLUMNS, type ChatRow } from './rows.ts';
import type { Outcome } from './types.ts';

/**
 * R → I and A → W for a chat and all below it, in one transaction (CHATD decision 11). The chat itself ends as an
 * interrupt ends it. Below it nothing is promoted: a queue waits in E1.
 */
export const interruptTree = operation(
  'durable',
  async (tx: Tx, args: Scope): Promise<Outcome<{ stopped: readonly ChatId[] }>> => {
    const rows = await lockTree(tx, args);
    const root = rows.find((row) => row.id === args.chatId);
    if (!root) return refuse({ kind: 'not-found' });
    const stopped = rows.filter((row) => goesOn(row, args.chatId)).map((row) => row.id);
    for (const chatId of stopped) {
      await mutate(tx, { chatId, ownerId: args.ownerId }, null, async (m) => {
        await (chatId === args.chatId ? stop(m) : stopFromAbove(m));
        return null;
      });
    }
    if (stopped.length === 0) {
      return refuse({ kind: 'not-allowed', from: execState(root), transition: 'interruptTree' });
    }
    return ok({ stopped });
  },
);

/** R → I for all that runs, whoever started it; nothing is promoted: the database is about to be another one. */
export const interruptAll = operation(
  'durable',
  async (tx: Tx, { ownerId }: { readonly ownerId: OwnerId }): Promise<{ stopped: readonly ChatId[] }> => {
    const { rows } = await tx.query<{ id: ChatId }>(
      `select id from chats where owner_id = $1 and not archived
         and (status = 'running' or status = 'interrupting' and not stopped_from_above)
       order by id for no key update`,
      [ownerId],
    );
    for (const { id: chatId } of rows) {
      await mutate(tx, { chatId, ownerId }, null, async (m) => {
        await stopFromAbove(m);
        return null;
      });
    }
    return { stopped: rows.map(({ id }) => id) };
  },
);

/** Below the chat also what is being interrupted for its queue: that would go on with it. */
function goesOn({ id, status, archived, ...row }: ChatRow, topId: ChatId): boolean {
  if (archived) return false;
  if (status === 'interrupting') return id !== topId && row.queued > 0 && !row.stopped_from_above;
  return status === 'running' || status === 'requires_action';
}

async function stop(m: Mutation): Promise<void> {
  if (m.chat.status === 'running') await interruptStep(m);
  else await stopWaiting(m, 'interrupted');
}

function interruptStep(m: Mutation): Promise<void> {
  return m.set({ status: 'interrupting', generation_attempt: 0, compaction_requested_at: null });
}

/** What is running saves its partial first; the mark keeps its queue from being promoted then. */
export async function stopFromAbove(m: Mutation): Promise<void> {
  if (m.chat.status !== 'requires_action') {
    await interruptStep(m);
    return m.set({ stopped_from_above: m.chat.queued > 0 });
  }
  if (m.chat.queued === 0) return stopWaiting(m, 'interrupted');
  await closeActions(m.tx, m.chat.id);
  await m.set({ requires_action_deadline_at: null });
  await endStopped(m);
}

/**
 * The chat first, then those below it by id, as everywhere in a family. What was started between the look and the
 * lock is seen by the second look; after that nothing can be: who starts a chat locks its parent.
 */
async function lockTree(tx: Tx, { chatId, ownerId }: Scope): Promise<readonly ChatRow[]> {
  let known = -1;
  for (;;) {
    const { rows } = await tx.query<ChatRow>(
      `with recursive tree as (
         select id, 0 as depth from chats where id = $1 and ($2::uuid is null or owner_id = $2)
         union all select c.id, t.depth + 1 from chats c join tree t on c.parent_chat_id = t.id)
       select ${CHAT_COLUMNS} from chats c join tree on tree.id = c.id
       order by tree.depth, c.id for no key update of c`,
      [chatId, ownerId],
    );
    if (rows.length === known) return rows;
    known = rows.length;
  }
}

import type { Crew } from '@shared/model/crew.ts';
import type { OwnerId } from '@shared/model/ids.ts';
import { operation, type Tx } from '../../db/store.ts';
import { ASKS_PERSON } from './actions.ts';

/** As many as a menu shows. */
const LISTED = 10;

const loadCrew = operation('read', async (tx: Tx, { ownerId }: { ownerId: OwnerId }): Promise<Crew> => {
  const { rows } = await tx.query<{ running: number }>(
    `select count(*)::int as running from chats
     where owner_id = $1 and not archived and status in ('running', 'interrupting')`,
    [ownerId],
  );
  const asking = await tx.query<Crew['asking'][number] & { waiting: number }>(
    `select c.id as "chatId", c.title, (count(*) over ())::int as waiting from chats c
     where c.owner_id = $1 and not c.archived and c.status = 'requires_action'
       and (exists (select from chat_tool_calls t where t.chat_id = c.id and ${ASKS_PERSON})
         or exists (select from chat_pending_actions a where a.chat_id = c.id and a.answered_at is null))
     order by c.updated_at limit ${LISTED}`,
    [ownerId],
  );
  return {
    running: rows[0]?.running ?? 0,
    waiting: asking.rows[0]?.waiting ?? 0,
    asking: asking.rows.map(({ chatId, title }) => ({ chatId, title })),
  };
});

export const crewOperations = { loadCrew };
export type CrewOperations = typeof crewOperations;

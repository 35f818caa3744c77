import { operation, type Tx } from '../../db/store.ts';
import { refuse } from './exec-state.ts';
import { mutate, type Scope } from './protocol.ts';

type SetBudget = Scope & { readonly capMicros: number | null | 'usual' };

/** The cap is the tree's: it is kept with the root, whichever of its chats is named. */
export const setChatBudget = operation('durable', async (tx: Tx, args: SetBudget) => {
  const { rows } = await tx.query<{ root: Scope['chatId'] }>(
    'select coalesce(root_chat_id, id) as root from chats where id = $1',
    [args.chatId],
  );
  const root = rows[0]?.root ?? refuse({ kind: 'not-found' });
  return mutate(tx, { ...args, chatId: root }, null, async () => {
    if (args.capMicros === 'usual') await tx.query('delete from chat_budgets where chat_id = $1', [root]);
    else
      await tx.query(
        `insert into chat_budgets (chat_id, cap_micros) values ($1, $2)
         on conflict (chat_id) do update set cap_micros = excluded.cap_micros`,
        [root, args.capMicros],
      );
    return null;
  });
});

import type { ActionAnswer, ActionRequest } from '@shared/model/chat.ts';
import type { ActionId } from '@shared/model/ids.ts';
import { toJson } from '../../db/json.ts';
import { operation, type Tx } from '../../db/store.ts';
import { goOn, insertAction, loadWaits } from './actions.ts';
import { isAllowed, refuse } from './exec-state.ts';
import { stopWaiting } from './interrupt.ts';
import { mutate, mutateFenced, type Scope, UNOWNED } from './protocol.ts';
import type { Fence } from './types.ts';

type Enter = Fence & { readonly action?: ActionRequest; readonly deadlineMs?: number };

/**
 * Nothing can go on without somebody else: the chat gives up its runner, and with it the slot. A person may take
 * as long as they like; only a chat that waits for its client alone has a deadline, and must have one.
 */
export const enterRequiresAction = operation('durable', (tx: Tx, args: Enter) =>
  mutateFenced(tx, args, 'enterRequiresAction', async (m) => {
    if (args.action) await insertAction(tx, m.chat.id, args.action);
    const waits = await loadWaits(tx, m.chat.id);
    if (!waits.person && !waits.client) refuse({ kind: 'invalid', message: 'Nothing waits for an answer' });
    const deadlineMs = waits.person ? null : args.deadlineMs;
    if (deadlineMs === undefined) {
      refuse({ kind: 'invalid', message: 'A wait for the client needs a deadline' });
    }
    await m.set({
      status: 'requires_action',
      ...UNOWNED,
      generation_attempt: 0,
      // What a summary may cost is asked before it is made: the request waits for the answer.
      ...(args.action?.kind === 'budget' ? {} : { compaction_requested_at: null }),
    });
    await tx.query(
      `update chats set requires_action_deadline_at = now() + $2 * interval '1 millisecond' where id = $1`,
      [m.chat.id, deadlineMs],
    );
    return null;
  }),
);

type Answer = Scope & { readonly actionId: ActionId; readonly answer: ActionAnswer };

export const answerAction = operation('durable', (tx: Tx, args: Answer) =>
  mutate(tx, args, null, async (m) => {
    const { rows } = await tx.query<{ answered: boolean }>(
      'select answered_at is not null as answered from chat_pending_actions where id = $1 and chat_id = $2',
      [args.actionId, args.chatId],
    );
    if (!rows[0]) return refuse({ kind: 'not-found' });
    if (rows[0].answered) return refuse({ kind: 'already-answered' });
    if (!isAllowed('answerAction', m.from)) {
      return refuse({ kind: 'not-allowed', from: m.from, transition: 'answerAction' });
    }
    await tx.query('update chat_pending_actions set answer = $2, answered_at = now() where id = $1', [
      args.actionId,
      toJson(args.answer),
    ]);
    await (args.answer.decision === 'stop' ? stopWaiting(m, 'interrupted') : goOn(m));
    return null;
  }),
);

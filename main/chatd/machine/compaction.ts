import type { MessageId } from '@shared/model/ids.ts';
import { operation, type Tx } from '../../db/store.ts';
import { refuse } from './exec-state.ts';
import { insertMessage } from './messages.ts';
import { type Mutation, mutate, type Scope, UNOWNED } from './protocol.ts';
import { resolveOutstanding } from './results.ts';
import type { NewMessage } from './types.ts';

/*
 * A boundary is a compressed system row: the model reads from the newest one on. It is written together with what
 * the window shows of it, in one transaction, so that its rows have one revision; undoing it takes these away.
 */

/** The window shows a divider for this call. */
const CLEARED = 'chat_cleared';

/** The newest boundary of chat $1, or nothing. */
const BOUNDARY = `select id, revision from chat_messages where chat_id = $1 and not deleted and compressed
  and role = 'system' and visibility in ('model', 'both') order by id desc limit 1`;

/**
 * Any worker takes it at once (no owner), as a task of its own (a new history version). The runner writes the rows
 * and consumes the marker.
 */
export const requestCompaction = operation('durable', (tx: Tx, scope: Scope) =>
  mutate(tx, scope, 'requestCompaction', async (m) => {
    await requireSince(m, `role = 'assistant'`, 'The model has said nothing that could be summarised');
    await m.set({
      status: 'running',
      last_error: null,
      ...UNOWNED,
      generation_attempt: 0,
      requires_action_deadline_at: null,
    });
    await tx.query(
      'update chats set history_version = snapshot_version, compaction_requested_at = now() where id = $1',
      [m.chat.id],
    );
    return null;
  }),
);

/** From here on the model starts afresh; the rows stay. */
export const clearContext = operation('durable', (tx: Tx, scope: Scope) =>
  mutate(tx, scope, 'clearContext', async (m) => {
    await requireSince(m, `role <> 'system'`, 'There is nothing to clear');
    await resolveOutstanding(tx, m.chat, 'cleared');
    for (const row of clearing()) await insertMessage(tx, m.chat, row);
    await m.set({ status: 'waiting', last_error: null, compaction_requested_at: null });
    return null;
  }),
);

function clearing(): readonly NewMessage[] {
  const call = { tool_call_id: CLEARED, tool_name: CLEARED };
  return [
    {
      role: 'system',
      visibility: 'model',
      compressed: true,
      content: [{ type: 'text', text: 'The person cleared the conversation before this point.' }],
    },
    {
      role: 'assistant',
      visibility: 'user',
      compressed: true,
      content: [{ type: 'tool-call', ...call, args: {} }],
    },
    {
      role: 'tool',
      visibility: 'both',
      compressed: true,
      content: [{ type: 'tool-result', ...call, result: { cleared: true } }],
    },
  ];
}

/** The model reads what it read before. A chat with a queue stays in E1: it has no idle state. */
export const undoCompaction = operation('durable', (tx: Tx, scope: Scope) =>
  mutate(tx, scope, 'undoCompaction', async (m) => {
    const { rows } = await tx.query<{ id: MessageId; revision: number }>(BOUNDARY, [m.chat.id]);
    const boundary = rows[0];
    if (!boundary) return refuse({ kind: 'invalid', message: 'There is no summary to take back' });
    if (m.chat.queued === 0) await resolveOutstanding(tx, m.chat, 'interrupted');
    await tx.query(
      `update chat_messages set deleted = true where chat_id = $1 and revision = $2 and id >= $3 and not deleted
         and (compressed or (role = 'user' and visibility = 'model'))`,
      [m.chat.id, boundary.revision, boundary.id],
    );
    const idle = m.chat.queued > 0 ? {} : ({ status: 'waiting', last_error: null } as const);
    await m.set({ ...idle, compaction_requested_at: null, compaction_held: true });
    return null;
  }),
);

/** Refuses unless the model reads such a row now. */
async function requireSince({ tx, chat }: Mutation, which: string, message: string): Promise<void> {
  const { rowCount } = await tx.query(
    `with boundary as (${BOUNDARY}) select 1 from chat_messages where chat_id = $1 and not deleted
       and not compressed and visibility <> 'user' and ${which}
       and id > coalesce((select id from boundary), 0) limit 1`,
    [chat.id],
  );
  if (rowCount === 0) refuse({ kind: 'invalid', message });
}

import type { ChatId, MessageId, ModelConfigId, OwnerId } from '@shared/model/ids.ts';
import { ok } from '@shared/util/result.ts';
import { toText } from '../../db/json.ts';
import { operation, type Tx } from '../../db/store.ts';
import { recordCost } from './budget.ts';
import { execState, isAllowed, refuse } from './exec-state.ts';
import { requireModel } from './messages.ts';
import { mutate, publish, type Scope } from './protocol.ts';
import { CHAT_COLUMNS, type ChatRow } from './rows.ts';
import type { ChatOperations, Outcome } from './types.ts';

/** Error → running over the same history; its version moves so that a runner starts a new task. */
export const retryError = operation('durable', (tx: Tx, scope: Scope) =>
  mutate(tx, scope, 'retryError', async (m) => {
    await m.set({
      status: 'running',
      last_error: null,
      generation_attempt: 0,
      compaction_requested_at: null,
    });
    await tx.query('update chats set history_version = snapshot_version where id = $1', [m.chat.id]);
    return null;
  }),
);

type ModelChoice = Scope & {
  readonly modelConfigId: ModelConfigId;
  readonly effort: string | null | undefined;
};

export const setModel = operation('durable', (tx: Tx, args: ModelChoice) =>
  mutate(tx, args, null, async (m) => {
    await requireModel(tx, args.modelConfigId);
    await m.set({
      last_model_config_id: args.modelConfigId,
      ...(args.effort === undefined ? {} : { last_reasoning_effort: args.effort }),
    });
    return null;
  }),
);

export const renameChat = operation('durable', (tx: Tx, args: Scope & { title: string }) =>
  mutate(tx, args, null, async (m) => {
    const title = toText(args.title.trim());
    if (title === '') refuse({ kind: 'invalid', message: 'A title must not be empty' });
    await m.set({ title, title_source: 'user' });
    return null;
  }),
);

/** By a call of the chat itself: only while its runner owns it. */
export const setChatWorkspace = operation(
  'durable',
  (tx: Tx, args: Parameters<ChatOperations['setChatWorkspace']>[0]) =>
    mutate(tx, { chatId: args.chatId, ownerId: null }, null, async (m) => {
      const { runner_id, status, archived, workspace_id } = m.chat;
      if (runner_id !== args.runnerId || status !== 'running' || archived) refuse({ kind: 'fence-lost' });
      if (workspace_id === args.to) return null;
      if (workspace_id !== args.from) refuse({ kind: 'changed' });
      await m.set({ workspace_id: args.to });
      return null;
    }),
);

interface ModelTitle {
  readonly chatId: ChatId;
  readonly title: string;
  readonly force?: boolean;
  readonly costMicros?: number | null;
}

/** Only over a title that nobody chose (decision 14). What it cost counts in any case. */
export const setModelTitle = operation('durable', async (tx: Tx, args: ModelTitle): Promise<boolean> => {
  const { rows } = await tx.query<ChatRow>(
    `select ${CHAT_COLUMNS} from chats c where id = $1 for no key update of c`,
    [args.chatId],
  );
  const chat = rows[0];
  if (!chat) return false;
  if (args.costMicros) await recordCost(tx, chat, args.costMicros);
  const title = toText(args.title.trim());
  if ((chat.title_source !== 'fallback' && !args.force) || title === '') return false;
  await mutate(tx, { chatId: args.chatId, ownerId: null }, null, async (m) => {
    await m.set({ title, title_source: 'model' });
    return null;
  });
  return true;
});

/** The whole family, locked from its root on: each member must be able to, or nothing happens. */
export const setArchived = operation(
  'durable',
  async (tx: Tx, args: { chatId: ChatId; ownerId: OwnerId; archived: boolean }): Promise<Outcome<null>> => {
    const transition = args.archived ? 'archive' : 'unarchive';
    const family = `from chats c where owner_id = $2 and (
         select coalesce(t.root_chat_id, t.id) from chats t where t.id = $1 and t.owner_id = $2)
         in (c.id, c.root_chat_id) order by c.parent_chat_id is not null, c.id`;
    // Locked first: their queues are to be seen as they are after the wait.
    await tx.query(`select ${family} for no key update`, [args.chatId, args.ownerId]);
    const { rows } = await tx.query<ChatRow>(`select ${CHAT_COLUMNS} ${family}`, [
      args.chatId,
      args.ownerId,
    ]);
    if (rows.length === 0) return refuse({ kind: 'not-found' });
    const blocking = rows.map(execState).find((from) => !isAllowed(transition, from));
    if (blocking) return refuse({ kind: 'not-allowed', from: blocking, transition });
    await tx.query(
      `update chats set archived = $2, snapshot_version = snapshot_version + 1, updated_at = now()
       where id = any($1::uuid[])`,
      [rows.map((row) => row.id), args.archived],
    );
    for (const row of rows) await publish(tx, row, args.archived ? 'deleted' : 'created');
    return ok(null);
  },
);

/** Moves no version; only the tree is told, because the dot goes out. */
export const markRead = operation(
  'lazy',
  async (tx: Tx, args: { chatId: ChatId; ownerId: OwnerId; messageId: MessageId }): Promise<null> => {
    await tx.query(
      `with moved as (update chats set last_read_message_id = $3
         where id = $1 and owner_id = $2 and coalesce(last_read_message_id, 0) < $3 returning id, parent_chat_id as parent)
       select pg_notify('chat_watch', json_build_object('chatId', id, 'parentChatId', parent, 'kind', 'change')::text)
         from moved`,
      [args.chatId, args.ownerId, args.messageId],
    );
    return null;
  },
);

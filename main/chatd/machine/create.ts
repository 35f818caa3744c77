import type { ChatId } from '@shared/model/ids.ts';
import { invariant } from '@shared/util/invariant.ts';
import { ok } from '@shared/util/result.ts';
import { toJson, toText } from '../../db/json.ts';
import { operation, type Tx } from '../../db/store.ts';
import { refuse } from './exec-state.ts';
import { claimFiles } from './files.ts';
import { insertMessage, requireModel } from './messages.ts';
import { publish } from './protocol.ts';
import { CHAT_COLUMNS, type ChatRow } from './rows.ts';
import type { CreateChatArgs, Outcome } from './types.ts';

type Created = { chatId: ChatId; created: boolean };

/** N → R0 (or W) with its first messages, unowned. The same spawn key answers with the chat that exists. */
export const createChat = operation(
  'durable',
  async (tx: Tx, args: CreateChatArgs): Promise<Outcome<Created>> => {
    const existing = await loadBySpawnKey(tx, args);
    if (existing) return ok({ chatId: existing, created: false });
    if (args.messages.length === 0)
      return refuse({ kind: 'invalid', message: 'A chat starts with a message' });
    const status = args.status ?? 'running';
    if (status !== 'running' && status !== 'waiting')
      return refuse({ kind: 'invalid', message: 'A chat starts running or waiting' });
    const modelConfigId = await requireModel(tx, args.modelConfigId);
    const rootChatId = args.parentChatId ? await loadRoot(tx, args.parentChatId, args) : null;
    await tx.query(
      `insert into chats (id, owner_id, workspace_id, parent_chat_id, root_chat_id, title, spawn_key, status,
         last_model_config_id, last_reasoning_effort, dynamic_tools)
       values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)`,
      [
        args.chatId,
        args.ownerId,
        args.workspaceId,
        args.parentChatId ?? null,
        rootChatId,
        toText(args.title),
        args.spawnKey,
        status,
        modelConfigId,
        args.effort,
        args.dynamicTools?.length ? toJson(args.dynamicTools) : null,
      ],
    );
    const { rows } = await tx.query<ChatRow>(`select ${CHAT_COLUMNS} from chats c where id = $1`, [
      args.chatId,
    ]);
    const chat = rows[0];
    invariant(chat, 'the chat was just inserted');
    for (const message of args.messages) {
      const model = message.role === 'user' ? { modelConfigId, effort: args.effort } : {};
      const content = await claimFiles(tx, chat, message.content);
      await insertMessage(tx, chat, { ...model, ...message, content });
    }
    await publish(tx, chat, 'created');
    return ok({ chatId: args.chatId, created: true });
  },
);

async function loadBySpawnKey(tx: Tx, { spawnKey, ownerId }: CreateChatArgs): Promise<ChatId | null> {
  const { rows } = await tx.query<{ id: ChatId }>(
    'select id from chats where spawn_key = $1 and owner_id = $2',
    [spawnKey, ownerId],
  );
  return rows[0]?.id ?? null;
}

/** The family's root. Locks the parent: a child must not appear in a family that is being archived. */
async function loadRoot(tx: Tx, parentId: ChatId, { ownerId }: CreateChatArgs): Promise<ChatId> {
  const { rows } = await tx.query<Pick<ChatRow, 'root_chat_id' | 'archived'>>(
    'select root_chat_id, archived from chats where id = $1 and owner_id = $2 for no key update',
    [parentId, ownerId],
  );
  const parent = rows[0];
  if (!parent) return refuse({ kind: 'not-found' });
  if (parent.archived) return refuse({ kind: 'invalid', message: 'The parent chat is archived' });
  return parent.root_chat_id ?? parentId;
}

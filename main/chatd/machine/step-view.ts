import type { ChatId } from '@shared/model/ids.ts';
import { operation, type Tx } from '../../db/store.ts';
import { loadLastCalls } from './reads.ts';
import { CHAT_COLUMNS, type ChatRow, type MessageRow, toFacts, toLedger, toStored } from './rows.ts';
import type { StepView, StoredMessage } from './types.ts';

type ByChat = { readonly chatId: ChatId };

/** All that a runner decides by, as of one moment: enough to run calls and to want a title, too. */
export const loadStep = operation('read', (tx: Tx, { chatId }: ByChat) => readStep(tx, chatId));

export const loadPrompt = operation(
  'read',
  async (
    tx: Tx,
    { chatId }: ByChat,
  ): Promise<{ historyVersion: number; prompt: readonly StoredMessage[] } | null> => {
    const chat = await readChat(tx, chatId);
    return chat && { historyVersion: chat.history_version, prompt: await readPrompt(tx, chatId) };
  },
);

async function readChat(tx: Tx, chatId: ChatId): Promise<ChatRow | null> {
  const { rows } = await tx.query<ChatRow>(`select ${CHAT_COLUMNS} from chats c where id = $1`, [chatId]);
  return rows[0] ?? null;
}

async function readStep(tx: Tx, chatId: ChatId): Promise<StepView | null> {
  const chat = await readChat(tx, chatId);
  if (!chat) return null;
  const counts = await loadCounts(tx, chatId);
  return {
    facts: toFacts(chat),
    chat: {
      id: chat.id,
      ownerId: chat.owner_id,
      title: chat.title,
      titleSource: chat.title_source,
      workspaceId: chat.workspace_id,
      parentChatId: chat.parent_chat_id,
      rootChatId: chat.root_chat_id,
      modelConfigId: chat.last_model_config_id,
      effort: chat.last_reasoning_effort,
      compactionRequested: chat.compaction_requested_at !== null,
    },
    tail: await readPromptTail(tx, chatId),
    calls: (await loadLastCalls(tx, chatId)).map(toLedger),
    stepsInTurn: counts.steps,
    userMessages: counts.users,
    retry: chat.retry_state,
  };
}

/** The prompt query of CHATD 1.12: from the newest boundary on, and every plain system row. */
const PROMPT = `with boundary as (select max(id) as id from chat_messages where chat_id = $1 and not deleted
     and compressed and role = 'system' and visibility in ('model', 'both'))
   select m.* from chat_messages m, boundary b
   where m.chat_id = $1 and not m.deleted and m.visibility in ('model', 'both') and (m.id = b.id
     or (not m.compressed and (m.role = 'system' or b.id is null or m.id > b.id)))`;

async function readPrompt(tx: Tx, chatId: ChatId): Promise<readonly StoredMessage[]> {
  const { rows } = await tx.query<MessageRow>(`${PROMPT} order by m.id`, [chatId]);
  return rows.map(toStored);
}

/** From its last answer on; all of it where the model has not answered yet. */
async function readPromptTail(tx: Tx, chatId: ChatId): Promise<readonly StoredMessage[]> {
  const { rows } = await tx.query<MessageRow>(
    `${PROMPT} and m.id >= coalesce((select id from chat_messages where chat_id = $1 and not deleted
       and role = 'assistant' and not compressed and visibility in ('model', 'both') order by id desc limit 1), 0)
     order by m.id`,
    [chatId],
  );
  return rows.map(toStored);
}

async function loadCounts(tx: Tx, chatId: ChatId): Promise<{ steps: number; users: number }> {
  const { rows } = await tx.query<{ steps: number; users: number }>(
    `with users as (select id from chat_messages where chat_id = $1 and not deleted and role = 'user'
       and visibility <> 'model' order by id desc limit 2)
     select (select count(*) from users) as users,
       (select count(*) from chat_messages where chat_id = $1 and not deleted and role = 'assistant'
         and not compressed and id > coalesce((select max(id) from users), 0)) as steps`,
    [chatId],
  );
  return rows[0] ?? { steps: 0, users: 0 };
}

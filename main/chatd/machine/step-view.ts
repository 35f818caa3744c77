import { CLEAR_TOOL } from '@shared/model/compaction.ts';
import type { ChatId, MessageId } from '@shared/model/ids.ts';
import { toJson } from '../../db/json.ts';
import { operation, type Tx } from '../../db/store.ts';
import { loadActions } from './actions.ts';
import { loadLastCalls } from './reads.ts';
import { CHAT_COLUMNS, type ChatRow, type MessageRow, toFacts, toLedger, toStored } from './rows.ts';
import { LOOP_TIMES, type RecentCall, type StepView, type StoredMessage } from './types.ts';

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
      compactionHeld: chat.compaction_held,
      dynamicTools: chat.dynamic_tools ?? [],
    },
    tail: await readTail(tx, chatId),
    boundary: await loadBoundary(tx, chatId),
    calls: (await loadLastCalls(tx, chatId)).map(toLedger),
    recentCalls: await loadRecentCalls(tx, chatId),
    actions: await loadActions(tx, chatId),
    stepsInTurn: counts.steps,
    userMessages: counts.users,
    retry: chat.retry_state,
  };
}

/**
 * The prompt query of CHATD 1.12: from the newest boundary on, and every plain system row. Each part is a range of
 * an index: with one condition for all of them the whole history would be read.
 */
const PROMPT = `with boundary as (select max(id) as id from chat_messages where chat_id = $1 and not deleted
     and compressed and role = 'system' and visibility in ('model', 'both'))
   select m.* from chat_messages m, boundary b where m.id = b.id
   union all
   select m.* from chat_messages m, boundary b where m.chat_id = $1 and m.role = 'system' and not m.compressed
     and not m.deleted and m.visibility in ('model', 'both') and m.id < b.id
   union all
   select m.* from chat_messages m where m.chat_id = $1 and not m.compressed
     and not m.deleted and m.visibility in ('model', 'both') and m.id > coalesce((select id from boundary), 0)
   order by id`;

async function readPrompt(tx: Tx, chatId: ChatId): Promise<readonly StoredMessage[]> {
  const { rows } = await tx.query<MessageRow>(PROMPT, [chatId]);
  return rows.map(toStored);
}

/** From its last answer on, a boundary or not; the whole prompt where the model has not answered yet. */
async function readTail(tx: Tx, chatId: ChatId): Promise<readonly StoredMessage[]> {
  const { rows: answers } = await tx.query<{ id: MessageId }>(
    `select id from chat_messages where chat_id = $1 and not deleted and role = 'assistant' and not compressed
       and visibility in ('model', 'both') order by id desc limit 1`,
    [chatId],
  );
  const last = answers[0];
  if (!last) return readPrompt(tx, chatId);
  const { rows } = await tx.query<MessageRow>(
    `select * from chat_messages where chat_id = $1 and id >= $2 and not deleted
       and visibility in ('model', 'both') order by id`,
    [chatId, last.id],
  );
  return rows.map(toStored);
}

async function loadBoundary(tx: Tx, chatId: ChatId): Promise<StepView['boundary']> {
  const { rows } = await tx.query<{ id: MessageId; answers: number; cleared: boolean }>(
    `select b.id, (select count(*) from chat_messages m where m.chat_id = $1 and m.id > b.id and not m.deleted
         and m.role = 'assistant' and not m.compressed) as answers,
       exists (select 1 from chat_messages m where m.chat_id = $1 and m.id > b.id and m.revision = b.revision
         and m.role = 'tool' and m.content @> $2) as cleared
     from chat_messages b where b.chat_id = $1 and not b.deleted and b.compressed and b.role = 'system'
       and b.visibility in ('model', 'both') order by b.id desc limit 1`,
    [chatId, toJson([{ tool_name: CLEAR_TOOL }])],
  );
  const row = rows[0];
  return row ? { messageId: row.id, answers: row.answers, cleared: row.cleared } : null;
}

/** Of this turn, and after the last loop that the person let go on. How long a command took makes no difference. */
async function loadRecentCalls(tx: Tx, chatId: ChatId): Promise<readonly RecentCall[]> {
  const { rows } = await tx.query<RecentCall>(
    `select t.message_id as "messageId", t.tool, t.args_hash as "argsHash",
       md5(coalesce(t.result #- '{result,wall_duration_ms}' #- '{result,background_process_id}' -> 'result',
         'null')::text) as "resultHash"
     from chat_tool_calls t
     where t.chat_id = $1 and t.state in ('done', 'denied', 'unknown') and t.message_id > greatest(
       (select coalesce(max(id), 0) from chat_messages
         where chat_id = $1 and role = 'user' and visibility <> 'model' and not deleted),
       (select coalesce(max((payload ->> 'message_id')::bigint), 0) from chat_pending_actions
         where chat_id = $1 and kind = 'loop' and answered_at is not null))
     order by t.message_id desc, t.index desc limit $2`,
    [chatId, LOOP_TIMES],
  );
  return rows;
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

import { CLEAR_TOOL } from '@shared/model/compaction.ts';
import type { ChatId } from '@shared/model/ids.ts';
import { toJson } from '../../db/json.ts';
import { operation, type Tx } from '../../db/store.ts';
import { loadLastCalls } from './reads.ts';
import {
  type ActionRow,
  CHAT_COLUMNS,
  type ChatRow,
  type MessageRow,
  toAction,
  toFacts,
  toLedger,
  toStored,
} from './rows.ts';
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
  const { rows } = await tx.query<StepRow>(STEP, [chatId, toJson([{ tool_name: CLEAR_TOOL }]), LOOP_TIMES]);
  const chat = rows[0];
  if (!chat) return null;
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
    boundary: chat.boundary,
    calls: (await loadLastCalls(tx, chatId)).map(toLedger),
    recentCalls: chat.recent_calls ?? [],
    actions: (chat.open_actions ?? []).map((row) => toAction(withIsoTime(row))),
    stepsInTurn: chat.steps_in_turn,
    userMessages: chat.user_messages,
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
  const { rows } = await tx.query<MessageRow>(
    `select * from chat_messages where chat_id = $1 and not deleted and visibility in ('model', 'both')
       and id >= (select id from chat_messages where chat_id = $1 and not deleted and role = 'assistant'
         and not compressed and visibility in ('model', 'both') order by id desc limit 1) order by id`,
    [chatId],
  );
  // There it begins with that answer.
  return rows.length > 0 ? rows.map(toStored) : readPrompt(tx, chatId);
}

/** The chat's row with the small things that a step is decided by. */
interface StepRow extends ChatRow {
  readonly user_messages: number;
  readonly steps_in_turn: number;
  readonly boundary: StepView['boundary'];
  readonly recent_calls: readonly RecentCall[] | null;
  readonly open_actions: readonly ActionRow[] | null;
}

const TURN_BEGAN = `coalesce((select id from chat_messages where chat_id = c.id and not deleted and role = 'user'
  and visibility <> 'model' order by id desc limit 1), 0)`;

/** $2: how a clearing looks in the row that is written with it. */
const BOUNDARY = `select json_build_object('messageId', b.id,
    'answers', (select count(*) from chat_messages m where m.chat_id = c.id and m.id > b.id and not m.deleted
      and m.role = 'assistant' and not m.compressed),
    'cleared', exists (select 1 from chat_messages m where m.chat_id = c.id and m.id > b.id
      and m.revision = b.revision and m.role = 'tool' and m.content @> $2::jsonb))
  from chat_messages b where b.chat_id = c.id and not b.deleted and b.compressed and b.role = 'system'
    and b.visibility in ('model', 'both') order by b.id desc limit 1`;

/** Of this turn, and after the last loop that the person let go on. How long a command took makes no difference. */
const RECENT_CALLS = `select t.message_id as "messageId", t.tool, t.args_hash as "argsHash",
    md5(coalesce(t.result #- '{result,wall_duration_ms}' #- '{result,background_process_id}' -> 'result',
      'null')::text) as "resultHash"
  from chat_tool_calls t
  where t.chat_id = c.id and t.state in ('done', 'denied', 'unknown') and t.message_id > greatest(turn.began,
    (select coalesce(max((payload ->> 'message_id')::bigint), 0) from chat_pending_actions
      where chat_id = c.id and kind = 'loop' and answered_at is not null))
  order by t.message_id desc, t.index desc limit $3`;

const OPEN_ACTIONS = `select id, kind, payload, created_at from chat_pending_actions
  where chat_id = c.id and answered_at is null order by created_at, id`;

/** One statement: its parts are ranges of indexes, and each is small however long the chat is. */
const STEP = `select ${CHAT_COLUMNS},
    (select count(*) from (select from chat_messages where chat_id = c.id and not deleted and role = 'user'
      and visibility <> 'model' order by id desc limit 2) users) as user_messages,
    (select count(*) from chat_messages where chat_id = c.id and not deleted and role = 'assistant'
      and not compressed and id > turn.began) as steps_in_turn,
    (${BOUNDARY}) as boundary,
    (select json_agg(recent) from (${RECENT_CALLS}) recent) as recent_calls,
    (select json_agg(action) from (${OPEN_ACTIONS}) action) as open_actions
  from chats c, lateral (select ${TURN_BEGAN} as began offset 0) turn where c.id = $1`;

/** A time inside JSON is not parsed on its way. */
function withIsoTime(row: ActionRow): ActionRow {
  return { ...row, created_at: new Date(row.created_at).toISOString() };
}

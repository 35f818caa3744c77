import { randomUUID } from 'node:crypto';
import type { PGlite } from '@electric-sql/pglite';
import type { ActionRequest, ToolState } from '@shared/model/chat.ts';
import {
  type ActionId,
  asId,
  type ChatId,
  type MessageId,
  type ModelConfigId,
  type OwnerId,
  type RunnerId,
} from '@shared/model/ids.ts';
import { invariant } from '@shared/util/invariant.ts';
import { openTestStore } from '../../db/test-store.ts';
import { execState } from './exec-state.ts';
import { outstandingCalls } from './messages.ts';
import { chatOperations } from './operations.ts';
import { CHAT_COLUMNS, type ChatRow, type MessageRow } from './rows.ts';
import type { ChatOperationMap, ChatStore } from './store.ts';
import type { ExecState, Fence } from './types.ts';

/** For arranging rows and looking behind the operations. */
export interface TestDb {
  query<T>(sql: string, params?: unknown[]): Promise<{ readonly rows: T[] }>;
}

export interface Machine<Db extends TestDb = PGlite> {
  readonly db: Db;
  readonly store: ChatStore;
  /** The default model. */
  readonly modelId: ModelConfigId;
  /** A second one, enabled. */
  readonly otherModelId: ModelConfigId;
}

export async function openMachine(): Promise<Machine> {
  const { db, store } = await openTestStore<ChatOperationMap>([
    { role: 'daemon', operations: chatOperations },
  ]);
  return await machineOn(db, store);
}

/** On a database that has every migration and no account. */
export async function machineOn<Db extends TestDb>(db: Db, store: ChatStore): Promise<Machine<Db>> {
  const provider = await one<{ id: string }>(
    db,
    `insert into chat_providers (kind, name) values ('demo', 'demo') returning id`,
  );
  const add = async (isDefault: boolean) =>
    (
      await one<{ id: ModelConfigId }>(
        db,
        'insert into chat_model_configs (provider_id, model, is_default) values ($1, $2, $3) returning id',
        [provider.id, 'm', isDefault],
      )
    ).id;
  return { db, store, modelId: await add(true), otherModelId: await add(false) };
}

export async function one<T>(db: TestDb, sql: string, params: unknown[] = []): Promise<T> {
  const row = (await db.query<T>(sql, params)).rows[0];
  invariant(row, `a row for: ${sql}`);
  return row;
}

export interface Arranged {
  readonly chatId: ChatId;
  readonly ownerId: OwnerId;
  readonly runnerId: RunnerId;
  readonly userMessageId: MessageId;
  readonly assistantId: MessageId;
  readonly queuedIds: readonly number[];
  readonly fence: Fence;
  readonly key: string;
  readonly actionId: ActionId;
}

interface Arrangement {
  /** Default: gated in A, for a chat there waits for something; else no call. */
  readonly call?: ToolState;
  /** The call is one that the client runs. */
  readonly isDynamic?: boolean;
  readonly action?: ActionRequest;
  /** A summary of all that was said. */
  readonly isCompacted?: boolean;
  readonly owned?: boolean;
  readonly queued?: number;
  readonly attempt?: number;
  readonly retry?: object;
}

const STATUS = { W: 'waiting', E: 'error', R: 'running', I: 'interrupting', A: 'requires_action' } as const;

/** A chat in the given state: a user message, an answer (with one call when asked for), and a queue. */
export async function arrange(
  m: Machine<TestDb>,
  state: ExecState,
  asked: Arrangement = {},
): Promise<Arranged> {
  const how: Arrangement = state.startsWith('A') && !asked.action ? { call: 'gated', ...asked } : asked;
  const ids = {
    chatId: asId<ChatId>(randomUUID()),
    ownerId: asId<OwnerId>(randomUUID()),
    runnerId: asId<RunnerId>(randomUUID()),
  };
  const plain = {
    ...ids,
    userMessageId: asId<MessageId>(0),
    assistantId: asId<MessageId>(0),
    queuedIds: [],
    key: '',
    actionId: asId<ActionId>(randomUUID()),
  };
  if (state === 'N') {
    const fence: Fence = {
      chatId: ids.chatId,
      runnerId: ids.runnerId,
      historyVersion: 1,
      status: 'running',
    };
    return { ...plain, fence };
  }
  const isArchived = state.startsWith('X') || state === 'Invalid';
  const letter = (isArchived ? state.slice(1) : state)[0] as keyof typeof STATUS;
  const status = state === 'Invalid' ? 'running' : STATUS[letter];
  await insertChat(m, ids, { status, isArchived, isOwned: how.owned !== false });
  const userMessageId = await addMessage(m, ids.chatId, 'user', [{ type: 'text', text: 'question' }]);
  const call = { type: 'tool-call', tool_call_id: 'call_0', tool_name: 'execute', args: { command: 'ls' } };
  const assistantId = await addMessage(m, ids.chatId, 'assistant', [
    { type: 'text', text: 'answer' },
    ...(how.call ? [call] : []),
  ]);
  const key = `test:${ids.chatId}:${assistantId}:0`;
  if (how.call) await addCall(m, ids.chatId, assistantId, { key, state: how.call, index: 0, ...how });
  if (how.isCompacted) await addSummary(m, ids.chatId);
  const actionId = how.action ? await addAction(m, ids.chatId, how.action) : asId<ActionId>(randomUUID());
  const queuedIds: number[] = [];
  for (let at = 0; at < (how.queued ?? (state.endsWith('1') ? 1 : 0)); at++) {
    queuedIds.push(await addQueued(m, ids, `queued ${at}`));
  }
  await setAttempt(m, ids.chatId, how);
  const chat = await loadChat(m, ids.chatId);
  const fence: Fence = {
    chatId: ids.chatId,
    runnerId: ids.runnerId,
    historyVersion: chat.history_version,
    status,
  };
  return { ...ids, userMessageId, assistantId, queuedIds, fence, key, actionId };
}

async function insertChat(
  m: Machine<TestDb>,
  ids: { chatId: ChatId; ownerId: OwnerId; runnerId: RunnerId },
  row: { status: string; isArchived: boolean; isOwned: boolean },
): Promise<void> {
  await m.db.query(
    `insert into chats (id, owner_id, title, status, archived, last_model_config_id, worker_id, runner_id, last_error)
     values ($1, $2, 'Title', $3, $4, $5, $6, $7, $8)`,
    [
      ids.chatId,
      ids.ownerId,
      row.status,
      row.isArchived,
      m.modelId,
      row.isOwned ? randomUUID() : null,
      row.isOwned ? ids.runnerId : null,
      row.status === 'error' ? '{"message":"x","kind":"generic","retryable":false}' : null,
    ],
  );
}

async function setAttempt(
  m: Machine<TestDb>,
  chatId: ChatId,
  { attempt, retry }: Arrangement,
): Promise<void> {
  if (attempt)
    await m.db.query('update chats set generation_attempt = $2 where id = $1', [chatId, attempt]);
  if (retry)
    await m.db.query('update chats set retry_state = $2 where id = $1', [chatId, JSON.stringify(retry)]);
}

export async function addMessage(
  m: Machine<TestDb>,
  chatId: ChatId,
  role: string,
  content: readonly object[],
): Promise<MessageId> {
  const row = await one<{ id: MessageId }>(
    m.db,
    'insert into chat_messages (chat_id, role, content) values ($1, $2, $3) returning id',
    [chatId, role, JSON.stringify(content)],
  );
  return row.id;
}

export async function addCall(
  m: Machine<TestDb>,
  chatId: ChatId,
  messageId: MessageId,
  call: {
    readonly key: string;
    readonly state: ToolState;
    readonly index: number;
    readonly isDynamic?: boolean;
  },
): Promise<void> {
  const hasResult = call.state === 'done' || call.state === 'denied' || call.state === 'unknown';
  await m.db.query(
    `insert into chat_tool_calls (chat_id, message_id, index, key, provider_call_id, tool, args_hash, effect, state,
       approval, result) values ($1, $2, $3, $4, $5, 'execute', 'h', 'effect', $6, $7, $8)`,
    [
      chatId,
      messageId,
      call.index,
      call.key,
      `call_${call.index}`,
      call.state,
      call.isDynamic ? null : '{"hash":"H","host":"h","directory":"/","verb":"Run","subject":"ls"}',
      hasResult ? '{"result":"output","isError":false,"durationMs":5}' : null,
    ],
  );
}

async function addAction(m: Machine<TestDb>, chatId: ChatId, action: ActionRequest): Promise<ActionId> {
  const { kind, ...payload } = action;
  const row = await one<{ id: ActionId }>(
    m.db,
    'insert into chat_pending_actions (chat_id, kind, payload) values ($1, $2, $3) returning id',
    [chatId, kind, JSON.stringify(payload)],
  );
  return row.id;
}

/** The rows of a compaction, but for those that are replayed. */
export async function addSummary(m: Machine<TestDb>, chatId: ChatId): Promise<void> {
  const call = { tool_call_id: 'sum', tool_name: 'chat_summarized' };
  const rows = [
    ['system', 'model', [{ type: 'text', text: 'In short: question and answer.' }]],
    ['assistant', 'user', [{ type: 'tool-call', ...call, args: {} }]],
    ['tool', 'both', [{ type: 'tool-result', ...call, result: {} }]],
  ] as const;
  for (const [role, visibility, content] of rows) {
    await m.db.query(
      `insert into chat_messages (chat_id, role, visibility, compressed, content) values ($1, $2, $3, true, $4)`,
      [chatId, role, visibility, JSON.stringify(content)],
    );
  }
}

async function addQueued(
  m: Machine<TestDb>,
  ids: { chatId: ChatId; ownerId: OwnerId },
  text: string,
): Promise<number> {
  const row = await one<{ id: number }>(
    m.db,
    `insert into chat_queued_messages (chat_id, content, created_by, position)
     values ($1, $2, $3, (select coalesce(max(position), 0) + 1 from chat_queued_messages where chat_id = $1)) returning id`,
    [ids.chatId, JSON.stringify([{ type: 'text', text }]), ids.ownerId],
  );
  return row.id;
}

export async function loadChat(m: Machine<TestDb>, chatId: ChatId): Promise<ChatRow> {
  return one<ChatRow>(m.db, `select ${CHAT_COLUMNS} from chats c where id = $1`, [chatId]);
}

export async function loadState(m: Machine<TestDb>, chatId: ChatId): Promise<ExecState> {
  return execState(await loadChat(m, chatId));
}

/** Live rows, as stored. */
export async function loadHistory(m: Machine<TestDb>, chatId: ChatId): Promise<readonly MessageRow[]> {
  const { rows } = await m.db.query<MessageRow>(
    'select * from chat_messages where chat_id = $1 and not deleted order by id',
    [chatId],
  );
  return rows;
}

/** Everything that a refused operation must leave alone. */
export async function loadAll(m: Machine<TestDb>, chatId: ChatId): Promise<unknown> {
  const tables = [
    'chat_messages',
    'chat_queued_messages',
    'chat_tool_calls',
    'chat_pending_actions',
    'chat_heartbeats',
    'chat_budget_holds',
  ];
  const parts = tables.map(
    (table) => `(select json_agg(t order by t::text) from ${table} t where t.chat_id = $1) as ${table}`,
  );
  const { rows } = await m.db.query(
    `select (select row_to_json(c) from chats c where c.id = $1) as chat, ${parts.join(', ')}`,
    [chatId],
  );
  return rows[0];
}

/** The invariants of CHATD 2.8 that one chat can show. */
export async function brokenInvariants(m: Machine<TestDb>, chatId: ChatId): Promise<readonly string[]> {
  const chat = await loadChat(m, chatId);
  const state = execState(chat);
  const history = await loadHistory(m, chatId);
  const lastAssistant = history.findLastIndex((row) => row.role === 'assistant');
  const open = lastAssistant < 0 ? [] : outstandingCalls(history.slice(lastAssistant));
  const strayed = history.some(
    (row, at) => row.role === 'tool' && !['assistant', 'tool'].includes(history[at - 1]?.role ?? ''),
  );
  const broken: readonly (readonly [boolean, string])[] = [
    [state === 'Invalid', 'the state is valid'],
    [
      Math.max(chat.history_version, chat.queue_version, chat.retry_state_version) > chat.snapshot_version,
      'no version is ahead of the snapshot',
    ],
    [history.some((row) => row.revision > chat.history_version), 'no revision is ahead of the history'],
    [(chat.worker_id === null) !== (chat.runner_id === null), 'worker and runner come together'],
    [state === 'W' && open.length > 0, 'nothing is outstanding in W'],
    [strayed, 'tool rows follow their assistant row'],
    [
      chat.retry_state !== null && (chat.status !== 'running' || chat.generation_attempt < 1),
      'a retry belongs to an attempt of a running chat',
    ],
    [chat.last_error !== null && chat.status !== 'error', 'an error is there in E alone'],
  ];
  const found = await m.store.call('listViolations', { limit: 1_000 });
  return [
    ...broken.flatMap(([isBroken, text]) => (isBroken ? [text] : [])),
    ...found.filter((violation) => violation.chatId === chatId).map(({ rule }) => rule),
  ];
}

import type { ChatStatus, ChatSummary } from '@shared/model/chat.ts';
import type { ChatFault } from '@shared/model/fault.ts';
import type { ChatId, OwnerId, RunnerId, ToolKey } from '@shared/model/ids.ts';
import type { Part } from '@shared/model/part.ts';
import { invariant } from '@shared/util/invariant.ts';
import { failpoint } from '../../base/failpoints.ts';
import { toJson } from '../../db/json.ts';
import { operation, type Tx } from '../../db/store.ts';
import { createChat } from './create.ts';
import { refuse } from './exec-state.ts';
import { requireModel } from './messages.ts';
import { type Mutation, mutate } from './protocol.ts';
import { sendMessage } from './send.ts';
import { HAS_ANSWERED, readChildren } from './summary.ts';
import { stopFromAbove } from './tree.ts';
import type { AgentView, ChatOperations, ToolOutcome } from './types.ts';

type Args<K extends keyof ChatOperations> = Parameters<ChatOperations[K]>[0];

/**
 * Creates the child and gives the call its result, or neither: a crash leaves no child that nobody was told of.
 * The parent is locked first, so that none appears in a tree that is being stopped (CHATD decision 11).
 */
export const spawnAgent = operation('durable', (tx: Tx, args: Args<'spawnAgent'>) =>
  mutate(tx, { chatId: args.parentId, ownerId: null }, null, async (m): Promise<AgentView> => {
    const before = await loadSpawned(tx, args);
    if (before) return before;
    requireRunner(m, args.runnerId);
    if (m.chat.parent_chat_id !== null) {
      refuse({ kind: 'invalid', message: 'A delegated chat cannot create sub-agents' });
    }
    failpoint('before-effect', 'spawn_agent');
    await createChat.run(tx, {
      chatId: args.childId,
      ownerId: m.chat.owner_id,
      workspaceId: args.place?.workspaceId ?? m.chat.workspace_id,
      parentChatId: m.chat.id,
      title: args.title,
      modelConfigId: await requireModel(tx, args.modelConfigId, m.chat.last_model_config_id),
      effort: args.effort ?? m.chat.last_reasoning_effort,
      spawnKey: args.key,
      messages: args.messages,
    });
    await tx.query('update chats set title_source = $2 where id = $1', [args.childId, args.titleSource]);
    const child = await requireAgent(tx, { callerId: args.parentId, chatId: args.childId });
    failpoint('after-effect', 'spawn_agent');
    await settle(tx, args.parentId, args.key, { ...nameOf(child), ...workspaceOf(args) });
    return child;
  }),
);

/** The caller is locked before the child, as everywhere in a family. Its key keeps the message from being sent twice. */
export const messageAgent = operation('durable', (tx: Tx, args: Args<'messageAgent'>) =>
  mutate(tx, { chatId: args.callerId, ownerId: null }, null, async (m) => {
    requireRunner(m, args.runnerId);
    const before = await requireAgent(tx, args);
    failpoint('before-effect', 'message_agent');
    await sendMessage.run(tx, {
      chatId: args.chatId,
      ownerId: m.chat.owner_id,
      content: [{ type: 'text', text: args.message }],
      modelConfigId: null,
      effort: undefined,
      busy: args.interrupt ? 'interrupt' : 'queue',
      sendKey: args.key,
    });
    const interrupted = args.interrupt && BUSY.has(before.status);
    const child = await requireAgent(tx, args);
    failpoint('after-effect', 'message_agent');
    await settle(tx, args.callerId, args.key, { ...nameOf(child), interrupted });
    return { ...child, interrupted };
  }),
);

/** As InterruptTree stops it: what its queue holds is not begun. At rest it stays as it is. */
export const closeAgent = operation('durable', (tx: Tx, target: Target) =>
  mutate(tx, { chatId: target.chatId, ownerId: null }, null, async (m): Promise<AgentView> => {
    await requireAgent(tx, target);
    if (BUSY.has(m.chat.status)) await stopFromAbove(m);
    return requireAgent(tx, target);
  }),
);

const BUSY: ReadonlySet<ChatStatus> = new Set(['running', 'interrupting', 'requires_action']);

/** What has not begun when the turn is stopped must not begin: it is not enough to own the chat. */
function requireRunner({ chat }: Mutation, runnerId: RunnerId): void {
  if (chat.runner_id !== runnerId || chat.status !== 'running' || chat.archived) {
    refuse({ kind: 'fence-lost' });
  }
}

async function settle(
  tx: Tx,
  chatId: ChatId,
  key: ToolKey,
  result: Readonly<Record<string, unknown>>,
): Promise<void> {
  const outcome: ToolOutcome = { result, isError: false, durationMs: null };
  const { rowCount } = await tx.query(
    `update chat_tool_calls set state = 'done', result = $3, ended_at = now(),
       started_at = coalesce(started_at, now())
     where key = $1 and chat_id = $2 and state in ('cleared', 'dispatched')`,
    [key, chatId, toJson(outcome)],
  );
  if (rowCount === 0) refuse({ kind: 'already-answered' });
}

function nameOf({ chatId, title, status }: AgentView) {
  return { chat_id: chatId, title, status };
}

/** What the parent is told of a worktree: where to look, and what to merge. */
function workspaceOf({ place }: Args<'spawnAgent'>) {
  return place ? { workspace: { directory: place.directory, branch: place.branch } } : {};
}

/** The child that an earlier try of this call made: it has settled the call, too. */
async function loadSpawned(tx: Tx, args: Args<'spawnAgent'>): Promise<AgentView | null> {
  const { rows } = await tx.query<{ id: ChatId }>(
    'select id from chats where spawn_key = $1 and parent_chat_id = $2',
    [args.key, args.parentId],
  );
  const row = rows[0];
  return row ? requireAgent(tx, { callerId: args.parentId, chatId: row.id }) : null;
}

type Target = { readonly callerId: ChatId; readonly chatId: ChatId };

async function requireAgent(tx: Tx, target: Target): Promise<AgentView> {
  return (await readAgent(tx, target)) ?? refuse({ kind: 'not-descendant' });
}

interface AgentRow {
  readonly chatId: ChatId;
  readonly title: string;
  readonly status: ChatStatus;
  readonly error: ChatFault | null;
  readonly finished: boolean | null;
  readonly said: readonly Part[] | null;
}

/** Whether it ended by itself, and the newest answer with words since the chat was last asked something. */
const AGENT = `select c.id as "chatId", c.title, c.status, c.last_error as error,
    ${HAS_ANSWERED} as finished,
    (select m.content from chat_messages m
      where m.chat_id = c.id and m.role = 'assistant' and not m.deleted and not m.compressed
        and m.visibility <> 'model'
        and m.id > coalesce((select max(u.id) from chat_messages u where u.chat_id = c.id and u.role = 'user'
          and not u.deleted and u.visibility <> 'model'), 0)
        and exists (select 1 from jsonb_array_elements(m.content) p
          where p ->> 'type' = 'text' and btrim(p ->> 'text', E' \\n\\t\\r') <> '')
      order by m.id desc limit 1) as said
  from chats c`;

/** Sub-agents start none, so that a tree has two levels: below is whatever has the caller as parent or as root. */
const BELOW = '(c.parent_chat_id = $1 or c.root_chat_id = $1)';

async function readAgent(tx: Tx, { callerId, chatId }: Target): Promise<AgentView | null> {
  const { rows } = await tx.query<AgentRow>(`${AGENT} where ${BELOW} and c.id = $2`, [callerId, chatId]);
  return rows[0] ? toView(rows[0]) : null;
}

function toView({ said, finished, ...row }: AgentRow): AgentView {
  const texts = (said ?? []).flatMap((part) => (part.type === 'text' ? [part.text] : []));
  return {
    ...row,
    finished: row.status === 'waiting' && finished === true,
    report: said && texts.join('').trim(),
  };
}

export const loadAgent = operation('read', (tx: Tx, target: Target) => readAgent(tx, target));

export const listAgents = operation(
  'read',
  async (
    tx: Tx,
    { callerId, limit, offset }: Args<'listAgents'>,
  ): Promise<{ agents: readonly AgentView[]; total: number }> => {
    const { rows } = await tx.query<AgentRow>(
      `${AGENT} where ${BELOW} order by c.created_at, c.id limit $2 offset $3`,
      [callerId, limit, offset],
    );
    const counted = await tx.query<{ total: number }>(
      `select count(*)::int as total from chats c where ${BELOW}`,
      [callerId],
    );
    const [count] = counted.rows;
    invariant(count, 'a count is one row');
    return { agents: rows.map(toView), total: count.total };
  },
);

export const listChildren = operation(
  'read',
  (tx: Tx, { chatId, ownerId }: { chatId: ChatId; ownerId: OwnerId }): Promise<readonly ChatSummary[]> =>
    readChildren(tx, chatId, ownerId),
);

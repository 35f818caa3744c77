import type { MessageId, ModelConfigId, QueuedId } from '@shared/model/ids.ts';
import type { Part, ToolCallPart } from '@shared/model/part.ts';
import { invariant } from '@shared/util/invariant.ts';
import { toJson } from '../../db/json.ts';
import type { Tx } from '../../db/store.ts';
import { toMicros } from './budget.ts';
import { refuse } from './exec-state.ts';
import type { ChatRow, MessageRow } from './rows.ts';
import type { NewMessage } from './types.ts';

/** Columns that only some transitions give a row. */
export interface MessageExtra {
  readonly queuedId?: QueuedId | null;
  readonly sendKey?: string | null;
}

/** Inserts one row; the trigger gives it its revision and the chat its history version. */
export async function insertMessage(
  tx: Tx,
  chat: ChatRow,
  message: NewMessage,
  extra: MessageExtra = {},
): Promise<MessageId> {
  const usage = message.usage ?? null;
  const { rows } = await tx.query<{ id: MessageId }>(
    `insert into chat_messages (chat_id, role, content, visibility, model_config_id, created_by, compressed,
       context_limit, runtime_ms, reasoning_effort, interrupted, queued_message_id, send_key,
       input_tokens, output_tokens, total_tokens, reasoning_tokens, cache_creation_tokens, cache_read_tokens,
       total_cost_micros)
     values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19, $20) returning id`,
    [
      chat.id,
      message.role,
      toJson(message.content),
      message.visibility ?? 'both',
      message.modelConfigId ?? null,
      message.role === 'user' ? chat.owner_id : null,
      message.compressed ?? false,
      message.contextLimit ?? null,
      toWhole(message.runtimeMs ?? null),
      message.effort ?? null,
      message.interrupted ?? false,
      extra.queuedId ?? null,
      extra.sendKey ?? null,
      usage?.input_tokens ?? null,
      usage?.output_tokens ?? null,
      usage?.total_tokens ?? null,
      usage?.reasoning_tokens ?? null,
      usage?.cache_creation_tokens ?? null,
      usage?.cache_read_tokens ?? null,
      toMicros(message.costMicros ?? null),
    ],
  );
  const row = rows[0];
  invariant(row, 'an insert returns its row');
  return row.id;
}

function toWhole(ms: number | null): number | null {
  return ms === null ? null : Math.round(ms);
}

/** The last assistant row that is not deleted, and what follows it. */
export async function loadTail(tx: Tx, chatId: ChatRow['id']): Promise<readonly MessageRow[]> {
  const { rows } = await tx.query<MessageRow>(
    `select * from chat_messages where chat_id = $1 and not deleted and id >= (
       select id from chat_messages where chat_id = $1 and not deleted and role = 'assistant'
       order by id desc limit 1) order by id`,
    [chatId],
  );
  return rows;
}

/**
 * Calls of the last assistant message that have no result: neither in a later row nor in the message itself.
 * What the provider runs is never outstanding (CHATD 2.6). `tail` begins with that assistant row.
 */
export function outstandingCalls(
  tail: readonly { readonly content: readonly Part[] | null }[],
): readonly ToolCallPart[] {
  const answered = new Set<string>();
  for (const { content } of tail) {
    for (const part of content ?? []) if (part.type === 'tool-result') answered.add(part.tool_call_id);
  }
  return (tail[0]?.content ?? []).filter(
    (part): part is ToolCallPart =>
      part.type === 'tool-call' && !part.provider_executed && !answered.has(part.tool_call_id),
  );
}

/** `stored` while it can still be used, else the default one, else null (CHATD 2.5 rule 8). */
export async function resolveModel(tx: Tx, stored: ModelConfigId | null): Promise<ModelConfigId | null> {
  const { rows } = await tx.query<{ id: ModelConfigId }>(
    `select id from chat_model_configs where not deleted and ((id = $1 and enabled) or is_default)
     order by (id = $1) desc nulls last limit 1`,
    [stored],
  );
  return rows[0]?.id ?? null;
}

/** The one that was asked for, which must be usable. None asked for: `stored` while it is, else the default one. */
export async function requireModel(
  tx: Tx,
  asked: ModelConfigId | null,
  stored: ModelConfigId | null = null,
): Promise<ModelConfigId> {
  const model = await resolveModel(tx, asked ?? stored);
  if (asked && model !== asked) return refuse({ kind: 'unknown-model' });
  return model ?? refuse({ kind: 'no-model' });
}

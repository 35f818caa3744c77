import type {
  ActionRequest,
  ApprovalView,
  ChatStatus,
  PendingAction,
  ToolCallState,
  ToolState,
} from '@shared/model/chat.ts';
import type { ChatFault, RetryInfo } from '@shared/model/fault.ts';
import type {
  ActionId,
  ChatId,
  MessageId,
  ModelConfigId,
  OwnerId,
  QueuedId,
  RunnerId,
  ToolKey,
  WorkerId,
  WorkspaceId,
} from '@shared/model/ids.ts';
import type { QueuedMessage, Role, UserPart, Visibility } from '@shared/model/message.ts';
import type { Part } from '@shared/model/part.ts';
import type { ChatFacts, DynamicTool, LedgerRow, StoredMessage, ToolOutcome } from './types.ts';

/** A row of `chats` as the driver gives it, with the length of its queue. */
export interface ChatRow {
  readonly id: ChatId;
  readonly owner_id: OwnerId;
  readonly workspace_id: WorkspaceId | null;
  readonly parent_chat_id: ChatId | null;
  readonly root_chat_id: ChatId | null;
  readonly title: string;
  readonly title_source: 'fallback' | 'model' | 'user';
  readonly status: ChatStatus;
  readonly worker_id: WorkerId | null;
  readonly runner_id: RunnerId | null;
  readonly last_model_config_id: ModelConfigId;
  readonly last_reasoning_effort: string | null;
  readonly last_error: ChatFault | null;
  readonly archived: boolean;
  readonly snapshot_version: number;
  readonly history_version: number;
  readonly queue_version: number;
  readonly generation_attempt: number;
  readonly retry_state: RetryInfo | null;
  readonly retry_state_version: number;
  readonly compaction_requested_at: string | null;
  readonly compaction_held: boolean;
  readonly stopped_from_above: boolean;
  readonly queue_paused: boolean;
  readonly requires_action_deadline_at: string | null;
  readonly dynamic_tools: readonly DynamicTool[] | null;
  readonly last_read_message_id: MessageId | null;
  readonly message_count: number;
  readonly created_at: string;
  readonly updated_at: string;
  readonly queued: number;
}

/** The select list of a ChatRow over `chats c`. */
export const CHAT_COLUMNS = `c.*, (select count(*) from chat_queued_messages q where q.chat_id = c.id) as queued`;

export function toFacts(row: ChatRow): ChatFacts {
  return {
    chatId: row.id,
    snapshotVersion: row.snapshot_version,
    historyVersion: row.history_version,
    queueVersion: row.queue_version,
    retryStateVersion: row.retry_state_version,
    generationAttempt: row.generation_attempt,
    status: row.status,
    archived: row.archived,
    workerId: row.worker_id,
    runnerId: row.runner_id,
  };
}

export interface MessageRow {
  readonly id: MessageId;
  readonly chat_id: ChatId;
  readonly role: Role;
  readonly content: readonly Part[] | null;
  readonly created_at: string;
  readonly model_config_id: ModelConfigId | null;
  readonly input_tokens: number | null;
  readonly output_tokens: number | null;
  readonly total_tokens: number | null;
  readonly reasoning_tokens: number | null;
  readonly cache_creation_tokens: number | null;
  readonly cache_read_tokens: number | null;
  readonly context_limit: number | null;
  readonly runtime_ms: number | null;
  readonly revision: number;
  readonly queued_message_id: QueuedId | null;
  readonly visibility: Visibility;
  readonly interrupted: boolean;
  readonly compressed: boolean;
  readonly deleted: boolean;
  readonly reasoning_effort: string | null;
  readonly total_cost_micros: number | null;
}

/** All that a row holds. `toWire` (wire.ts) takes away what no window may see. */
export function toStored(row: MessageRow): StoredMessage {
  const tokens = [row.input_tokens, row.output_tokens, row.total_tokens, row.reasoning_tokens];
  return {
    id: row.id,
    chat_id: row.chat_id,
    role: row.role,
    content: row.content ?? [],
    created_at: row.created_at,
    model_config_id: row.model_config_id,
    usage: tokens.every((n) => n === null)
      ? null
      : {
          input_tokens: row.input_tokens,
          output_tokens: row.output_tokens,
          total_tokens: row.total_tokens,
          reasoning_tokens: row.reasoning_tokens,
          cache_creation_tokens: row.cache_creation_tokens,
          cache_read_tokens: row.cache_read_tokens,
        },
    context_limit: row.context_limit,
    runtime_ms: row.runtime_ms,
    revision: row.revision,
    queued_message_id: row.queued_message_id,
    visibility: row.visibility,
    interrupted: row.interrupted,
    compressed: row.compressed,
    cost_micros: row.total_cost_micros,
  };
}

export interface QueueRow {
  readonly id: QueuedId;
  readonly content: readonly UserPart[];
  readonly model_config_id: ModelConfigId | null;
  readonly reasoning_effort: string | null;
  readonly position: number;
  readonly send_key: string | null;
  readonly created_by: OwnerId;
  readonly created_at: string;
}

export function toQueued(row: QueueRow): QueuedMessage {
  const { id, content, model_config_id, position, created_at } = row;
  return { id, content, model_config_id, position, created_at };
}

export interface CallRow {
  readonly key: ToolKey;
  readonly message_id: MessageId;
  readonly index: number;
  readonly provider_call_id: string;
  readonly tool: string;
  readonly args_hash: string;
  readonly effect: 'read' | 'effect';
  readonly state: ToolState;
  readonly approval: ApprovalView | null;
  readonly process_id: string | null;
  readonly result: ToolOutcome | null;
  readonly note: string | null;
  readonly started_at: string | null;
}

/** What a window is told of a call: not what it gave, which may be long and comes as a message. */
export type ShownCallRow = Omit<CallRow, 'args_hash' | 'effect' | 'result' | 'note'>;

export const SHOWN_CALL_COLUMNS =
  'key, message_id, index, provider_call_id, tool, state, approval, process_id, started_at';

export function toCallState(row: ShownCallRow): ToolCallState {
  return {
    key: row.key,
    message_id: row.message_id,
    index: row.index,
    tool_call_id: row.provider_call_id,
    tool: row.tool,
    state: row.state,
    process_id: row.process_id,
    approval: row.approval,
    started_at: row.started_at,
  };
}

export function toLedger(row: CallRow): LedgerRow {
  const { args_hash, effect, result, note } = row;
  return { ...toCallState(row), args_hash, effect, result, note };
}

/** A row of chat_pending_actions: `payload` is the rest of its ActionRequest. */
export interface ActionRow {
  readonly id: ActionId;
  readonly kind: ActionRequest['kind'];
  readonly payload: Readonly<Record<string, unknown>>;
  readonly created_at: string;
}

export function toAction({ id, kind, payload, created_at }: ActionRow): PendingAction {
  return { ...(payload as unknown as ActionRequest), kind, id, created_at } as PendingAction;
}

import type { ChatFault, RetryInfo } from './fault.ts';
import type { ActionId, ChatId, MessageId, ModelConfigId, ToolKey, WorkspaceId } from './ids.ts';
import type { RuleOffers } from './rule.ts';

export type ChatStatus = 'waiting' | 'running' | 'interrupting' | 'requires_action' | 'error';

/** The message of another chat that a fork goes on from. */
export interface ForkOrigin {
  readonly chat_id: ChatId;
  readonly message_id: MessageId;
  readonly title: string;
}

/** A row of the tree. `pending` is running without an owner: waiting for a free slot. */
export interface ChatSummary {
  readonly id: ChatId;
  readonly title: string;
  readonly status: ChatStatus;
  readonly pending: boolean;
  readonly archived: boolean;
  readonly workspace_id: WorkspaceId | null;
  readonly parent_chat_id: ChatId | null;
  readonly root_chat_id: ChatId | null;
  readonly last_model_config_id: ModelConfigId;
  readonly last_reasoning_effort: string | null;
  readonly last_error: ChatFault | null;
  readonly retry: RetryInfo | null;
  /** What the agent is doing ("Running npm test", "Thinking"), null when it does nothing. */
  readonly activity: string | null;
  /** Calls and pending actions that wait for the person in this chat. */
  readonly asks: number;
  readonly unread: boolean;
  /** The newest row that a person has seen; null: none yet. */
  readonly last_read: MessageId | null;
  /** An agent's chat that rests though it has not answered: somebody stopped it. */
  readonly stopped: boolean;
  /** Its place among the pinned chats, from 1; 0: it is not pinned. */
  readonly pin_order: number;
  /** Its queue waits when the turn ends; absent: it goes on. */
  readonly queue_paused?: true;
  /** Where its history comes from; null: it began by itself, or its origin is gone. */
  readonly forked_from: ForkOrigin | null;
  /** What its own calls cost so far, without those of its agents; absent: nothing was asked of a model yet. */
  readonly cost?: ChatCost;
  /** The cap of the tree that begins here, null for none; absent: the usual one holds. */
  readonly cap_micros?: number | null;
  readonly snapshot_version: number;
  readonly created_at: string;
  readonly updated_at: string;
}

/** Millionths of a US dollar. `unpriced`: calls of models whose price is not known; they count as nothing. */
export interface ChatCost {
  readonly micros: number;
  readonly unpriced: number;
}

export type ToolState = 'gated' | 'cleared' | 'dispatched' | 'done' | 'denied' | 'cancelled' | 'unknown';

/** What the approval card shows and what an answer is bound to (`hash` covers all of it). */
export interface ApprovalView {
  readonly hash: string;
  readonly host: string;
  readonly directory: string;
  /** One line: "Run", "Write", "Edit". */
  readonly verb: string;
  /** The whole command or path, or what is to be written; not shortened. */
  readonly subject: string;
  /** Of a command: the rules that would let the same one through. Absent where none would. */
  readonly rules?: RuleOffers;
  /** Of a command for which no rule can vouch: why, as the end of a sentence. */
  readonly unruly?: string;
}

/** An open row of the tool-call ledger, for the last assistant message of the chat. */
export interface ToolCallState {
  readonly key: ToolKey;
  readonly message_id: MessageId;
  readonly index: number;
  readonly tool_call_id: string;
  readonly tool: string;
  readonly state: ToolState;
  readonly process_id: string | null;
  readonly approval: ApprovalView | null;
  readonly started_at: string | null;
}

export type BudgetScope = 'chat' | 'day' | 'month';

/** What a chat waits for besides its gated calls; it goes on when the person answers. All amounts in millionths of a US dollar. */
export type PendingAction = { readonly id: ActionId; readonly created_at: string } & ActionRequest;

export type ActionRequest =
  /** The same call gave the same result this many times in a row. `message_id`: the newest answer that asked for it. */
  | {
      readonly kind: 'loop';
      readonly tool: string;
      readonly subject: string;
      readonly times: number;
      readonly message_id: MessageId;
    }
  /**
   * The next model call would go over a cap: of the tree of chats, or of all chats in the period. `estimate_micros`
   * null: the model has no price.
   */
  | {
      readonly kind: 'budget';
      /** Absent in questions from before there were caps of trees. */
      readonly scope?: BudgetScope;
      readonly cap_micros: number;
      readonly spent_micros: number;
      readonly estimate_micros: number | null;
    }
  | { readonly kind: 'question'; readonly text: string; readonly options: readonly string[] };

/** `continue` goes on once (a loop counts anew, a budget is passed for one call); `stop` ends the turn. */
export type ActionAnswer = { readonly decision: 'continue' | 'stop'; readonly text?: string };

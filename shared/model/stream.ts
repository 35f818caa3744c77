import type { ChatStatus, ChatSummary, PendingAction, ToolCallState } from './chat.ts';
import type { ChatFault, RetryInfo } from './fault.ts';
import type { MessageId } from './ids.ts';
import type { Message, QueuedMessage, Role } from './message.ts';
import type { LivePart } from './part.ts';

/** Identity of a run of message parts, with the chat's id: one try at a model call or at a batch of tools. */
export interface Episode {
  readonly history_version: number;
  readonly generation_attempt: number;
}

/** `seq` counts 1, 2, 3 … within the episode. */
export interface LiveFrame extends Episode {
  readonly seq: number;
  readonly role: Role;
  readonly part: LivePart;
}

/**
 * Events of one chat's feed, in the order of CHATD 4.5. The first is always `snapshot`; the parts of the
 * running episode follow it from seq 1. After that: durable facts from the database, parts from the owner.
 */
export type StreamEvent =
  | {
      readonly type: 'snapshot';
      readonly chat: ChatSummary;
      readonly status: ChatStatus;
      readonly pending: boolean;
      /** The newest rows, oldest first (60 at most). */
      readonly messages: readonly Message[];
      /** Rows of the chat that a person can see, in all. */
      readonly message_count: number;
      readonly queue: readonly QueuedMessage[];
      readonly calls: readonly ToolCallState[];
      readonly actions: readonly PendingAction[];
      /** The chats that this one started, oldest first. */
      readonly agents: readonly ChatSummary[];
      readonly retry: RetryInfo | null;
      readonly error: ChatFault | null;
      readonly episode: Episode;
      /** The history version at which rows vanished last; absent: none did. */
      readonly cut_version?: number;
    }
  /** A new row, or the same id with a newer revision. */
  | { readonly type: 'message'; readonly message: Message; readonly message_count: number }
  /** Rows with an id at or above this one are gone; the `message` events that follow directly are the new tail. */
  | { readonly type: 'history_cut'; readonly from_message_id: MessageId; readonly message_count: number }
  /** Always the whole queue. */
  | { readonly type: 'queue_update'; readonly queue: readonly QueuedMessage[] }
  | { readonly type: 'status'; readonly status: ChatStatus; readonly pending: boolean }
  | { readonly type: 'error'; readonly error: ChatFault }
  /** All ledger rows of the last assistant message. */
  | { readonly type: 'calls'; readonly calls: readonly ToolCallState[] }
  /** All open pending actions. */
  | { readonly type: 'actions'; readonly actions: readonly PendingAction[] }
  /** One of the chats that this one started: new, or changed. */
  | { readonly type: 'agent'; readonly chat: ChatSummary }
  | { readonly type: 'retry'; readonly retry: RetryInfo | null }
  | { readonly type: 'preview_reset'; readonly episode: Episode }
  | { readonly type: 'message_part'; readonly frame: LiveFrame }
  /** The chat's own row as the tree shows it: title, model, workspace, mode. */
  | { readonly type: 'chat'; readonly chat: ChatSummary };

/** The tree's feed. `list` comes first and after each restart; `activity` is in the summary. */
export type WatchEvent =
  | { readonly kind: 'list'; readonly chats: readonly ChatSummary[] }
  | {
      readonly kind: 'created' | 'status_change' | 'title_change' | 'action_required' | 'change';
      readonly chat: ChatSummary;
    }
  /** Says only that: who shows the chat's branch, its pull request or its diff asks for them again. */
  | { readonly kind: 'diff_status_change'; readonly chat: ChatSummary }
  | { readonly kind: 'deleted'; readonly chat: ChatSummary };

import type { ChatId, MessageId, ModelConfigId, QueuedId } from './ids.ts';
import type { FilePart, Part, TextPart } from './part.ts';

export type Role = 'system' | 'user' | 'assistant' | 'tool';
export type Visibility = 'user' | 'model' | 'both';

/** Null means that the provider did not report it. All in tokens. */
export interface Usage {
  readonly input_tokens: number | null;
  readonly output_tokens: number | null;
  readonly total_tokens: number | null;
  readonly reasoning_tokens: number | null;
  readonly cache_creation_tokens: number | null;
  readonly cache_read_tokens: number | null;
}

/** A durable row of history as the window sees it. */
export interface Message {
  readonly id: MessageId;
  readonly chat_id: ChatId;
  readonly role: Role;
  readonly content: readonly Part[];
  readonly created_at: string;
  readonly model_config_id: ModelConfigId | null;
  readonly usage: Usage | null;
  readonly context_limit: number | null;
  readonly runtime_ms: number | null;
  readonly revision: number;
  readonly queued_message_id: QueuedId | null;
  readonly visibility: Visibility;
  /** An assistant row written by FinishInterruption: the person stopped it. */
  readonly interrupted: boolean;
  /** Millionths of a US dollar; null: no model was asked for it, or its price is not known. */
  readonly cost_micros?: number | null;
}

/** What a person may send. At least one part; text must not be blank. */
export type UserPart = TextPart | FilePart;

export interface QueuedMessage {
  readonly id: QueuedId;
  readonly content: readonly UserPart[];
  readonly model_config_id: ModelConfigId | null;
  readonly position: number;
  readonly created_at: string;
}

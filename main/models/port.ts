import type { FaultKind } from '@shared/model/fault.ts';
import type { Usage } from '@shared/model/message.ts';

/** The language-model port. Adapters: openai (Responses, Chat Completions), anthropic, demo. */
export interface LanguageModel {
  /** "OpenAI", "Anthropic", the account's name …: the subject of error sentences. */
  readonly provider: string;
  /** True for Anthropic-like servers: the caller marks cache breakpoints. */
  readonly promptCaching: boolean;
  /**
   * One model call. The stream ends after exactly one `finish`. Anything else that goes wrong is thrown as a
   * ModelError; an aborted signal throws the signal's reason. The adapter never retries by itself.
   */
  stream(request: ModelRequest, signal: AbortSignal): AsyncIterable<ModelEvent>;
}

export interface ModelRequest {
  readonly model: string;
  readonly messages: readonly PromptMessage[];
  readonly tools: readonly ToolSpec[];
  readonly toolChoice: 'auto' | 'none';
  readonly maxOutputTokens: number;
  readonly effort: 'minimal' | 'low' | 'medium' | 'high' | null;
  /** Provider options of the model configuration, passed through where the adapter knows them. */
  readonly options: Readonly<Record<string, unknown>>;
}

export interface ToolSpec {
  readonly name: string;
  readonly description: string;
  /** JSON Schema of an object. */
  readonly parameters: Readonly<Record<string, unknown>>;
}

export type PromptMessage =
  | { readonly role: 'system'; readonly text: string; readonly cache?: boolean }
  | { readonly role: 'user'; readonly content: readonly PromptUserPart[]; readonly cache?: boolean }
  | {
      readonly role: 'assistant';
      readonly content: readonly PromptAssistantPart[];
      readonly cache?: boolean;
    }
  | { readonly role: 'tool'; readonly results: readonly PromptToolResult[]; readonly cache?: boolean };

export type PromptUserPart =
  | { readonly type: 'text'; readonly text: string }
  | { readonly type: 'image'; readonly media_type: string; readonly data: string }
  /** A PDF; `size` in bytes, `data` in base64. */
  | {
      readonly type: 'document';
      readonly media_type: string;
      readonly name: string;
      readonly data: string;
      readonly size: number;
    };

export type PromptAssistantPart =
  | { readonly type: 'text'; readonly text: string }
  | {
      readonly type: 'reasoning';
      readonly text: string;
      readonly metadata?: Readonly<Record<string, unknown>>;
    }
  | {
      readonly type: 'tool-call';
      readonly id: string;
      readonly name: string;
      readonly args: unknown;
      readonly metadata?: Readonly<Record<string, unknown>>;
    };

export interface PromptToolResult {
  /** Sanitized by the conversion to `[a-zA-Z0-9_-]`, unique in the prompt. */
  readonly id: string;
  readonly name: string;
  readonly output: string;
  readonly isError: boolean;
}

/** `block` numbers the content blocks of this call in the order in which they open. */
export type ModelEvent =
  | { readonly type: 'text'; readonly block: number; readonly delta: string }
  | { readonly type: 'reasoning'; readonly block: number; readonly delta: string }
  /** What the provider wants back with this reasoning block (signature, encrypted content). */
  | { readonly type: 'reasoning-meta'; readonly block: number; readonly metadata: Record<string, unknown> }
  | { readonly type: 'tool-start'; readonly block: number; readonly id: string; readonly name: string }
  | { readonly type: 'tool-args'; readonly block: number; readonly delta: string }
  /**
   * The call is complete; `args` is the raw JSON text (may be invalid, "" means {}). `metadata`: what the provider
   * wants back with this call.
   */
  | {
      readonly type: 'tool-end';
      readonly block: number;
      readonly args: string;
      readonly metadata?: Record<string, unknown>;
    }
  | {
      readonly type: 'finish';
      readonly reason: 'stop' | 'tool-calls' | 'length' | 'content-filter' | 'other';
      readonly usage: Usage;
      /** Largest context limit that the provider's metadata names (CHATD 5.10), else null. */
      readonly contextLimit: number | null;
      readonly responseId: string | null;
    };

/** A classified failure of a model call (CHATD 7.2, 7.3). The only error that adapters throw on purpose. */
export class ModelError extends Error {
  override readonly name = 'ModelError';
  readonly kind: FaultKind;
  readonly retryable: boolean;
  readonly provider: string;
  readonly statusCode: number | null;
  readonly retryAfterMs: number | null;
  /** The provider's own words: at most 500 characters, secrets removed. */
  readonly detail: string | null;

  constructor(
    message: string,
    fields: {
      kind: FaultKind;
      retryable: boolean;
      provider: string;
      statusCode?: number | null;
      retryAfterMs?: number | null;
      detail?: string | null;
      cause?: unknown;
    },
  ) {
    super(message, { cause: fields.cause });
    this.kind = fields.kind;
    this.retryable = fields.retryable;
    this.provider = fields.provider;
    this.statusCode = fields.statusCode ?? null;
    this.retryAfterMs = fields.retryAfterMs ?? null;
    this.detail = fields.detail ?? null;
  }
}

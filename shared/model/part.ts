import type { FileId } from './ids.ts';

/** One element of a message's content. `signature` and `provider_metadata` never leave the main process. */
export type Part =
  | TextPart
  | ReasoningPart
  | ToolCallPart
  | ToolResultPart
  | { readonly type: 'source'; readonly source_id: string; readonly url: string; readonly title?: string }
  | FilePart
  | FileReferencePart;

export interface TextPart {
  readonly type: 'text';
  readonly text: string;
}

export interface ReasoningPart {
  readonly type: 'reasoning';
  readonly text: string;
  readonly title?: string;
  /** How long the model thought, for "Thought for 12 s". */
  readonly duration_ms?: number;
  /** What the provider needs back in the next prompt (Anthropic signature, OpenAI item). Main only. */
  readonly provider_metadata?: Readonly<Record<string, unknown>>;
}

export interface ToolCallPart {
  readonly type: 'tool-call';
  /** The provider's id: unique inside one assistant message at best. */
  readonly tool_call_id: string;
  readonly tool_name: string;
  readonly args: unknown;
  /** Set when the model's arguments were not valid JSON; `args` is then `{}`. */
  readonly invalid_args?: string;
  readonly provider_executed?: boolean;
  readonly provider_metadata?: Readonly<Record<string, unknown>>;
}

export interface ToolResultPart {
  readonly type: 'tool-result';
  readonly tool_call_id: string;
  readonly tool_name: string;
  /** JSON value as the tool returned it. */
  readonly result: unknown;
  readonly is_error?: boolean;
  readonly provider_executed?: boolean;
  readonly duration_ms?: number;
  /** The wire cut a result over 16 KiB to its head; `chat.message` loads the whole. */
  readonly more?: boolean;
}

export interface FilePart {
  readonly type: 'file';
  readonly media_type: string;
  readonly data?: string;
  /** Its bytes are asked for by this id; when they are gone it has expired. */
  readonly file_id?: FileId;
  readonly name?: string;
  /** In bytes. */
  readonly size?: number;
}

/** A file that is kept, as messages and drafts name it. */
export interface AttachedFile extends FilePart {
  readonly file_id: FileId;
  readonly name: string;
  readonly size: number;
}

/** Lines of a file that the person put into their message. */
export interface FileReferencePart {
  readonly type: 'file-reference';
  readonly file_name: string;
  readonly start_line: number;
  readonly end_line: number;
  readonly content: string;
}

/**
 * What streams before a step is committed. Text and reasoning append to the last block of the same kind,
 * or open a new one; tool parts merge by `tool_call_id`.
 */
export type LivePart =
  | { readonly type: 'text'; readonly text: string }
  | { readonly type: 'reasoning'; readonly text: string }
  | {
      readonly type: 'tool-call';
      readonly tool_call_id: string;
      readonly tool_name: string;
      readonly args?: unknown;
      readonly args_delta?: string;
    }
  | {
      readonly type: 'tool-result';
      readonly tool_call_id: string;
      readonly tool_name: string;
      /** Text of a result that is still being made (a summary): appended; `result` takes its place. */
      readonly result_delta?: string;
      readonly result?: unknown;
      readonly is_error?: boolean;
      readonly duration_ms?: number;
    };

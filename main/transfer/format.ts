import { MAX_FILE_BYTES } from '@shared/model/attachment-limits.ts';
import type { Part } from '@shared/model/part.ts';
import { z } from 'zod';

/*
 * The JSON export, described in docs/export.md. One object: what is known of all comes first, then the chats, then
 * all messages in the order of their chats, then their files, and at last what they must add up to. A reader needs no
 * more memory than one message or file takes. What only a provider can read (signatures, encrypted reasoning) stays behind.
 */

export const FORMAT = 'gaffer-export';
/** 1 had no files. */
export const FORMAT_VERSION = 2;

const time = z.iso.datetime({ offset: true });
const count = z.number().int().min(0);
const tokens = count.nullable();

const part = z.discriminatedUnion('type', [
  z.object({ type: z.literal('text'), text: z.string() }),
  z.object({
    type: z.literal('reasoning'),
    text: z.string(),
    title: z.string().optional(),
    duration_ms: z.number().optional(),
  }),
  z.object({
    type: z.literal('tool-call'),
    tool_call_id: z.string(),
    tool_name: z.string(),
    args: z.unknown(),
    invalid_args: z.string().optional(),
    provider_executed: z.boolean().optional(),
  }),
  z.object({
    type: z.literal('tool-result'),
    tool_call_id: z.string(),
    tool_name: z.string(),
    result: z.unknown(),
    is_error: z.boolean().optional(),
    provider_executed: z.boolean().optional(),
    duration_ms: z.number().optional(),
  }),
  z.object({
    type: z.literal('source'),
    source_id: z.string(),
    url: z.string(),
    title: z.string().optional(),
  }),
  z.object({
    type: z.literal('file'),
    media_type: z.string(),
    data: z.string().optional(),
    // The database asks for files by this: what is no id is no file, and would let no prompt be made.
    file_id: z.uuid().optional().catch(undefined),
    name: z.string().optional(),
    size: count.optional(),
  }),
  z.object({
    type: z.literal('file-reference'),
    file_name: z.string(),
    start_line: z.number().int(),
    end_line: z.number().int(),
    content: z.string(),
  }),
]);

const model = z.object({ kind: z.string(), account: z.string(), model: z.string() });

export const exportedChat = z.object({
  id: z.uuid(),
  parent_id: z.uuid().nullable(),
  title: z.string().min(1).max(10_000),
  title_source: z.enum(['fallback', 'model', 'user']),
  archived: z.boolean(),
  created_at: time,
  updated_at: time,
  workspace: z
    .object({ name: z.string(), kind: z.string(), directory: z.string(), host: z.string().nullable() })
    .nullable(),
  model: model.nullable(),
  reasoning_effort: z.string().max(20).nullable(),
  messages: count,
});

export const exportedMessage = z.object({
  /** Place of its chat in `chats`. */
  chat: count,
  role: z.enum(['system', 'user', 'assistant', 'tool']),
  visibility: z.enum(['user', 'model', 'both']),
  created_at: time,
  content: z.array(part).transform((parts) => parts as unknown as readonly Part[]),
  model: model.nullable(),
  reasoning_effort: z.string().max(20).nullable(),
  usage: z
    .object({
      input_tokens: tokens,
      output_tokens: tokens,
      total_tokens: tokens,
      reasoning_tokens: tokens,
      cache_creation_tokens: tokens,
      cache_read_tokens: tokens,
    })
    .nullable(),
  cost_micros: count.nullable(),
  context_limit: count.nullable(),
  runtime_ms: count.nullable(),
  interrupted: z.boolean(),
  /** A row of a summary: the model reads from the newest one on. */
  compressed: z.boolean(),
});

/** An attachment; messages of its chat name it by its id. */
export const exportedFile = z.object({
  /** Place of its chat in `chats`. */
  chat: count,
  id: z.uuid(),
  name: z.string().min(1).max(1_000),
  media_type: z.string().max(200),
  /** Base64 of 10 MiB at most. */
  data: z.string().max(Math.ceil(MAX_FILE_BYTES / 3) * 4),
});

/** What the list must add up to: a file that was cut or changed is not taken for a whole one. */
export const exportEnd = z.object({
  chats: count,
  messages: count,
  files: count.default(0),
  sha256: z.string().length(64),
});

export type ExportedChat = z.infer<typeof exportedChat>;
export type ExportedMessage = z.infer<typeof exportedMessage>;
export type ExportedFile = z.infer<typeof exportedFile>;
export type ModelName = z.infer<typeof model>;

import { z } from 'zod';
import type { ChatId, MessageId, QueuedId } from '../model/ids.ts';
import type { Message } from '../model/message.ts';
import type { AttachedFile } from '../model/part.ts';
import type { StreamEvent, WatchEvent } from '../model/stream.ts';
import { call, feed, is } from './define.ts';
import * as s from './schemas.ts';

export interface InstructionFileInfo {
  /** Absolute path in the workspace. */
  readonly source: string;
  /** Of what the model reads. */
  readonly bytes: number;
  /** It was longer than 64 KiB. */
  readonly truncated: boolean;
}

/** What is not sent yet. */
export interface Draft {
  readonly text: string;
  readonly files: readonly AttachedFile[];
}

export const chatsContract = {
  /** The tree: first `list`, then one event per change. */
  'chats.watch': feed({
    input: z.object({ archived: z.boolean().default(false) }),
    event: is<WatchEvent>(),
  }),
  /** One chat: first `snapshot`. */
  'chat.stream': feed({ input: z.object({ chatId: s.chatId }), event: is<StreamEvent>() }),
  'chat.create': call({
    input: z
      .object({
        workspaceId: s.workspaceId.nullable(),
        ...s.messageContent,
        modelConfigId: s.modelConfigId.optional(),
        effort: s.effort.nullish(),
        /** Made by the window, so that a repeated call returns the same chat. */
        sendKey: z.uuid(),
      })
      .refine(s.hasContent, s.EMPTY),
    output: is<{ chatId: ChatId }>(),
    errors: ['no-model', 'unknown-workspace', 'file-expired'],
  }),
  'chat.page': call({
    input: z.object({
      chatId: s.chatId,
      before: s.messageId.optional(),
      after: s.messageId.optional(),
      around: s.messageId.optional(),
      limit: z.number().int().min(1).max(200).default(100),
    }),
    output: is<{ messages: readonly Message[] }>(),
    errors: ['not-found'],
  }),
  /** One row in full, for a result that travelled with `more: true`. */
  'chat.message': call({
    input: z.object({ chatId: s.chatId, messageId: s.messageId }),
    output: is<{ message: Message }>(),
    errors: ['not-found'],
  }),
  'chat.send': call({
    input: z
      .object({
        chatId: s.chatId,
        ...s.messageContent,
        modelConfigId: s.modelConfigId.optional(),
        effort: s.effort.nullish(),
        busy: z.enum(['queue', 'interrupt']).default('queue'),
        sendKey: z.uuid(),
      })
      .refine(s.hasContent, s.EMPTY),
    output: is<{ queued: boolean; messageId: MessageId | null; queuedId: QueuedId | null }>(),
    errors: ['not-found', 'archived', 'queue-full', 'no-model', 'not-allowed', 'file-expired'],
  }),
  'chat.edit': call({
    input: z
      .object({ chatId: s.chatId, messageId: s.messageId, ...s.messageContent })
      .refine(s.hasContent, s.EMPTY),
    output: is<{ messageId: MessageId }>(),
    errors: ['not-found', 'not-user', 'not-allowed', 'no-model', 'file-expired'],
  }),
  /** What editing that message will drop, and which of it stays. */
  'chat.dropped': call({
    input: z.object({ chatId: s.chatId, messageId: s.messageId }),
    output: is<{ messages: number; queued: number; files: number }>(),
    errors: ['not-found'],
  }),
  /** A chat of its own up to and including that message; after a question it answers it anew. */
  'chat.fork': call({
    input: z.object({
      chatId: s.chatId,
      messageId: s.messageId,
      /** Made by the window, so that a repeated call returns the same chat. */
      forkKey: z.uuid(),
    }),
    output: is<{ chatId: ChatId }>(),
    errors: ['not-found', 'no-model'],
  }),
  'chat.interrupt': call({
    input: z.object({ chatId: s.chatId }),
    output: is<null>(),
    errors: ['not-found', 'not-allowed'],
  }),
  /** E0/E1 → running with the same history; in a retry wait: try now. */
  'chat.retry': call({
    input: z.object({ chatId: s.chatId }),
    output: is<null>(),
    errors: ['not-found', 'not-allowed'],
  }),
  'chat.answer': call({
    input: z.object({
      chatId: s.chatId,
      key: s.toolKey,
      hash: z.string(),
      decision: z.enum(['allow', 'deny']),
      note: z.string().max(4_000).optional(),
      /** With `allow`: what is let through from now on, too. */
      rule: s.newRule.optional(),
    }),
    output: is<null>(),
    errors: ['not-found', 'already-answered', 'changed'],
  }),
  /** A loop, a budget or a question: continue, or stop the turn. */
  'chat.answerAction': call({
    input: z.object({
      chatId: s.chatId,
      actionId: s.actionId,
      decision: z.enum(['continue', 'stop']),
      text: z.string().max(4_000).optional(),
      /** With `continue`, of a budget: the new cap, in millionths of a US dollar, of the tree or of the period. */
      raise: z
        .object({
          scope: z.enum(['chat', 'day', 'month']),
          capMicros: z.number().int().positive().max(1e12),
        })
        .optional(),
    }),
    output: is<null>(),
    errors: ['not-found', 'already-answered'],
  }),
  /** Results of calls that the client runs itself (dynamic tools): all that are open, or none. */
  'chat.toolResults': call({
    input: z.object({
      chatId: s.chatId,
      results: z
        .array(
          z.object({
            toolCallId: z.string().min(1).max(200),
            output: z.string().max(1_000_000),
            isError: z.boolean().default(false),
          }),
        )
        .min(1)
        .max(200),
    }),
    output: is<null>(),
    errors: ['not-found', 'not-allowed', 'invalid'],
  }),
  /** Stops the chat and all that it started. */
  'chat.interruptTree': call({
    input: z.object({ chatId: s.chatId }),
    output: is<{ stopped: readonly ChatId[] }>(),
    errors: ['not-found', 'not-allowed'],
  }),
  /** `/compact`: summarise now. Refused while the chat is busy. */
  'chat.compact': call({
    input: z.object({ chatId: s.chatId }),
    output: is<null>(),
    errors: ['not-found', 'not-allowed', 'invalid'],
  }),
  /** `/clear`: the model starts afresh, the rows stay. */
  'chat.clear': call({
    input: z.object({ chatId: s.chatId }),
    output: is<null>(),
    errors: ['not-found', 'not-allowed', 'invalid'],
  }),
  /** Takes the newest summary or clearing away: the model reads what it read before. */
  'chat.undoCompaction': call({
    input: z.object({ chatId: s.chatId }),
    output: is<null>(),
    errors: ['not-found', 'not-allowed', 'invalid'],
  }),
  /** Makes a new title with the model, whatever the chat is called now. */
  'chat.regenerateTitle': call({
    input: z.object({ chatId: s.chatId }),
    output: is<null>(),
    errors: ['not-found', 'no-title'],
  }),
  /** Which instruction files the next step of this chat reads. */
  'chat.instructions': call({
    input: z.object({ chatId: s.chatId }),
    output: is<{ files: readonly InstructionFileInfo[] }>(),
    errors: ['not-found'],
  }),
  'chat.setModel': call({
    input: z.object({ chatId: s.chatId, modelConfigId: s.modelConfigId, effort: s.effort.nullish() }),
    output: is<null>(),
    errors: ['not-found'],
  }),
  'chat.rename': call({
    input: z.object({ chatId: s.chatId, title: z.string().trim().min(1).max(200) }),
    output: is<null>(),
    errors: ['not-found'],
  }),
  'chat.archive': call({
    input: z.object({ chatId: s.chatId, archived: z.boolean() }),
    output: is<null>(),
    errors: ['not-found', 'not-allowed'],
  }),
  /** Its place among the pinned chats, from 1; beyond the last: the end. Null: not pinned. */
  'chat.pin': call({
    input: z.object({ chatId: s.chatId, at: z.number().int().min(1).max(10_000).nullable() }),
    output: is<null>(),
    errors: ['not-found', 'invalid'],
  }),
  'chat.read': call({
    input: z.object({ chatId: s.chatId, messageId: s.messageId }),
    output: is<null>(),
  }),
  'queue.delete': call({
    input: z.object({ chatId: s.chatId, queuedId: s.queuedId }),
    output: is<null>(),
    errors: ['not-found', 'not-allowed'],
  }),
  'queue.edit': call({
    input: z
      .object({ chatId: s.chatId, queuedId: s.queuedId, ...s.messageContent })
      .refine(s.hasContent, s.EMPTY),
    output: is<null>(),
    errors: ['not-found', 'not-allowed', 'file-expired'],
  }),
  'queue.move': call({
    input: z.object({ chatId: s.chatId, queuedId: s.queuedId, by: z.union([z.literal(-1), z.literal(1)]) }),
    output: is<null>(),
    errors: ['not-found', 'not-allowed'],
  }),
  /** The head waits when the turn ends, or goes on. */
  'queue.pause': call({
    input: z.object({ chatId: s.chatId, paused: z.boolean() }),
    output: is<null>(),
    errors: ['not-found', 'not-allowed'],
  }),
  'queue.promote': call({
    input: z.object({ chatId: s.chatId, queuedId: s.queuedId }),
    output: is<null>(),
    errors: ['not-found', 'not-allowed', 'no-model'],
  }),
  /** Drafts live in the database, so that a kill does not lose them. Key: a chat id, or "new". */
  'draft.get': call({
    input: z.object({ key: z.string().min(1).max(80) }),
    output: is<Draft>(),
  }),
  'draft.set': call({
    input: z.object({ key: z.string().min(1).max(80), ...s.messageContent }),
    output: is<null>(),
  }),
};

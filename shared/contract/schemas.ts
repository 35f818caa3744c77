import { z } from 'zod';
import { MAX_FILES } from '../model/attachment-limits.ts';
import type {
  ActionId,
  ChatId,
  FileId,
  GitAccountId,
  HostId,
  MessageId,
  ModelConfigId,
  ProviderId,
  QueuedId,
  RuleId,
  TemplateId,
  TerminalId,
  ToolKey,
  WorkspaceId,
} from '../model/ids.ts';

const uuid = <T>() => z.uuid().transform((v) => v as unknown as T);
const sequence = <T>() =>
  z
    .number()
    .int()
    .positive()
    .transform((v) => v as unknown as T);

export const chatId = uuid<ChatId>();
export const actionId = uuid<ActionId>();
export const ruleId = uuid<RuleId>();
export const workspaceId = uuid<WorkspaceId>();
export const hostId = uuid<HostId>();
export const templateId = uuid<TemplateId>();
export const gitAccountId = uuid<GitAccountId>();
export const terminalId = uuid<TerminalId>();
export const providerId = uuid<ProviderId>();
export const modelConfigId = uuid<ModelConfigId>();
export const messageId = sequence<MessageId>();
export const queuedId = sequence<QueuedId>();
export const fileId = uuid<FileId>();
export const toolKey = z
  .string()
  .min(1)
  .max(400)
  .transform((v) => v as unknown as ToolKey);
export const effort = z.enum(['minimal', 'low', 'medium', 'high']);
/** A rule that is made with an answer: which of those that were offered, where and how long it holds. */
export const newRule = z
  .object({
    what: z.enum(['exact', 'programs']),
    scope: z.enum(['chat', 'workspace', 'everywhere']),
    expiry: z.enum(['chat', 'hour', 'day', 'month', 'never']),
  })
  .refine(({ what, expiry }) => what === 'exact' || expiry !== 'never', 'A rule for programs must end.');
export type NewRule = z.output<typeof newRule>;
/** At most 1 MB of text, and the files that stand with it. */
export const messageContent = {
  text: z.string().max(1_000_000),
  files: z.array(fileId).max(MAX_FILES, `A message takes at most ${MAX_FILES} files.`).default([]),
};
export const EMPTY = 'The message is empty.';
/** A message has words or a file. */
export function hasContent(message: {
  readonly text: string;
  readonly files: readonly unknown[];
}): boolean {
  return message.text.trim() !== '' || message.files.length > 0;
}

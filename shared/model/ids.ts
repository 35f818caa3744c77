declare const brand: unique symbol;
type Branded<T, B extends string> = T & { readonly [brand]: B };

/** All uuid strings, but for the database's own sequences (message and queue ids, safe integers). */
export type ChatId = Branded<string, 'ChatId'>;
export type WorkspaceId = Branded<string, 'WorkspaceId'>;
/** Of a template's file. */
export type TemplateId = Branded<string, 'TemplateId'>;
export type HostId = Branded<string, 'HostId'>;
export type ProviderId = Branded<string, 'ProviderId'>;
export type ModelConfigId = Branded<string, 'ModelConfigId'>;
export type OwnerId = Branded<string, 'OwnerId'>;
export type WorkerId = Branded<string, 'WorkerId'>;
/** Of a file that is attached to a message. */
export type FileId = Branded<string, 'FileId'>;
/** Of the agent that holds it. */
export type TerminalId = Branded<string, 'TerminalId'>;
/** A row of chat_pending_actions. */
export type ActionId = Branded<string, 'ActionId'>;
/** A row of approval_rules. */
export type RuleId = Branded<string, 'RuleId'>;
/** A row of git_accounts. */
export type GitAccountId = Branded<string, 'GitAccountId'>;
export type RunnerId = Branded<string, 'RunnerId'>;
export type MessageId = Branded<number, 'MessageId'>;
export type QueuedId = Branded<number, 'QueuedId'>;
/** `<installation id>:<chat id>:<assistant message id>:<index>`, the exactly-once key of a tool call. */
export type ToolKey = Branded<string, 'ToolKey'>;

/** Marks a plain value as an id where it enters the program (database row, IPC input, fresh uuid). */
export function asId<T extends Branded<string, string> | Branded<number, string>>(
  value: T extends string ? string : number,
): T {
  return value as unknown as T;
}

import { asId, type ChatId, type ToolKey } from '@shared/model/ids.ts';
import type { Result } from '@shared/util/result.ts';
import { z } from 'zod';
import type { Random } from '../../base/random.ts';
import { type ToolAnswer, toolError } from '../../tools/define.ts';
import type { ChatStore } from '../machine/store.ts';
import type { AgentPlace, AgentView, Refusal } from '../machine/types.ts';
import type { Hints } from '../stream/hints.ts';

/** Gives sub-agents worktrees of their own, on the machine and of the repository where their parent works. */
export interface Worktrees {
  /** From the commit that is checked out there. The same key is the same worktree. Else a sentence why there is none. */
  make(of: {
    /** In whose workspace. */
    readonly chatId: ChatId;
    readonly key: ToolKey;
    /** What it is called after. */
    readonly title: string;
    readonly signal: AbortSignal;
  }): Promise<Result<AgentPlace, string>>;
}

export interface AgentToolsDeps {
  readonly worktrees: Worktrees;
  readonly store: Pick<ChatStore, 'call'>;
  readonly hints: Pick<Hints, 'onChat'>;
  readonly random: Pick<Random, 'uuid'>;
}

/** How every tool takes its target. */
export const chatIdParameter = z.string().describe('The chat_id that spawn_agent returned.');

const uuid = z.guid();

/** Null: no id of a chat, whatever it is. */
export function toChatId(text: string): ChatId | null {
  const parsed = uuid.safeParse(text.trim());
  return parsed.success ? asId<ChatId>(parsed.data.toLowerCase()) : null;
}

export function invalidChatId(text: string): ToolAnswer {
  return toolError(`The parameter "chat_id" is not valid: "${text.slice(0, 80)}" is no id of a chat.`);
}

export function notDescendant(chatId: ChatId): ToolAnswer {
  return refused({ kind: 'not-descendant' }, chatId);
}

/** What the model shows and passes on of a sub-agent. */
export function nameOf({ chatId, title, status }: AgentView) {
  return { chat_id: chatId, title, status };
}

/** A refusal is an answer: the model reads why, and what it can do. */
export function refused(refusal: Refusal, chatId: ChatId): ToolAnswer {
  return toolError(sentenceOf(refusal, chatId));
}

function sentenceOf(refusal: Refusal, chatId: ChatId): string {
  switch (refusal.kind) {
    case 'not-descendant':
    case 'not-found':
      return `The chat ${chatId} is not a descendant of this one: it is no sub-agent of yours.`;
    case 'fence-lost':
    case 'already-answered':
      return 'This chat was stopped before the call began: nothing was done.';
    case 'queue-full':
      return `The sub-agent has ${refusal.max} messages waiting already. Wait for it, or interrupt it.`;
    case 'no-model':
    case 'unknown-model':
      return 'The model configuration does not exist or is switched off: take another, or the default.';
    case 'not-allowed':
      return 'The sub-agent is archived: it takes no messages.';
    case 'invalid':
      return `${refusal.message}.`;
    case 'message-not-found':
    case 'not-user-message':
    case 'changed':
    case 'file-expired':
    case 'over-budget':
      return `The call was refused: ${refusal.kind}.`;
  }
}

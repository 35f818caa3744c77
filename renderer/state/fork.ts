import { CLEAR_TOOL, SUMMARY_TOOL } from '@shared/model/compaction.ts';
import type { ChatId, MessageId } from '@shared/model/ids.ts';
import type { Message } from '@shared/model/message.ts';
import { call } from '../lib/bridge.ts';
import { openChat } from './nav.ts';
import { toast } from './toasts.ts';

/** What is asked for already: a second press is the same fork. */
const keys = new Map<string, string>();

/** A chat of its own that goes on from the message; it is opened. */
export async function forkChat(chatId: ChatId, messageId: MessageId): Promise<void> {
  const what = `${chatId} ${messageId}`;
  const forkKey = keys.get(what) ?? crypto.randomUUID();
  keys.set(what, forkKey);
  const answer = await call('chat.fork', { chatId, messageId, forkKey });
  keys.delete(what);
  if (answer.ok) openChat(answer.value.chatId);
  else toast(answer.error.message);
}

const LOOK_BACK = 100;

/** From the last thing that was said in it. */
export async function forkWhole(chatId: ChatId): Promise<void> {
  const page = await call('chat.page', { chatId, limit: LOOK_BACK });
  const last = page.ok ? page.value.messages.findLast(isSaid) : undefined;
  if (last) await forkChat(chatId, last.id);
  else toast(page.ok ? 'Nothing was said in this chat yet.' : page.error.message);
}

/** Not the divider of a summary, which no fork begins from. */
function isSaid({ role, content }: Message): boolean {
  if (role === 'user') return true;
  return role === 'assistant' && !content.some((p) => p.type === 'tool-call' && CUTS.has(p.tool_name));
}

const CUTS: ReadonlySet<string> = new Set([CLEAR_TOOL, SUMMARY_TOOL]);

import type { ChatId } from '@shared/model/ids.ts';
import { call } from '../lib/bridge.ts';
import { toast } from './toasts.ts';

/** While a chat works, its context cannot be cut: when it can. */
export const CUT_WAITS = 'when this turn is over';

/** `/compact`: the model reads a summary in place of what was said so far. */
export async function compactContext(chatId: ChatId): Promise<void> {
  const answer = await call('chat.compact', { chatId });
  if (!answer.ok) toast(answer.error.message);
}

/** `/clear`: the model starts afresh. */
export async function clearContext(chatId: ChatId): Promise<void> {
  const answer = await call('chat.clear', { chatId });
  if (!answer.ok) toast(answer.error.message);
}

import type { ChatId } from '@shared/model/ids.ts';
import { call } from '../lib/bridge.ts';
import { toast } from './toasts.ts';

/** What is queued waits when the turn ends, or goes on. */
export async function pauseQueue(chatId: ChatId, paused: boolean): Promise<void> {
  const answer = await call('queue.pause', { chatId, paused });
  if (!answer.ok) toast(answer.error.message);
}

import type { QueuedId } from '@shared/model/ids.ts';
import { call } from '../../lib/bridge.ts';
import { draftStore, setDraft } from '../../state/drafts.ts';
import type { ChatSession } from '../../state/live.ts';
import { commentsSent, reviewKey } from '../../state/review.ts';
import { toast } from '../../state/toasts.ts';
import { jumpToLatest } from '../../state/wishes.ts';

/** The key of a message whose sending failed: the same text sent again is the same message. */
let failed: { readonly draft: string; readonly text: string; readonly sendKey: string } | null = null;

export function sendKeyFor(draft: string, text: string): string {
  return failed?.draft === draft && failed.text === text ? failed.sendKey : crypto.randomUUID();
}

/** Gives the words back after a failure, unless something else was typed meanwhile. */
export function keepFailed(draft: string, text: string, sendKey: string): void {
  failed = { draft, text, sendKey };
  if ((draftStore.getState().texts[draft] ?? '') === '') setDraft(draft, text);
}

/** The box is empty at once; a failure gives the words back and says why. */
export async function sendMessage(
  session: ChatSession,
  text: string,
  when: 'in-turn' | 'now',
): Promise<void> {
  const { chatId } = session;
  const sendKey = sendKeyFor(chatId, text);
  setDraft(chatId, '');
  // Who says something sees it, wherever they were reading.
  jumpToLatest.make();
  const answer = await call('chat.send', { chatId, text, busy: 'queue', sendKey });
  if (!answer.ok) {
    keepFailed(chatId, text, sendKey);
    toast(answer.error.message);
    return;
  }
  void commentsSent(reviewKey(chatId), text);
  const { queuedId } = answer.value;
  if (when === 'now' && queuedId !== null) await promoteFresh(session, queuedId);
}

/** Before everything that was queued earlier. One that is no longer queued has started: nothing is left to do. */
async function promoteFresh({ chatId }: ChatSession, queuedId: QueuedId): Promise<void> {
  const answer = await call('queue.promote', { chatId, queuedId });
  if (!answer.ok && answer.error.code !== 'not-found') toast(answer.error.message);
}

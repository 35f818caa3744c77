import type { QueuedId } from '@shared/model/ids.ts';
import type { AttachedFile } from '@shared/model/part.ts';
import { call } from '../../lib/bridge.ts';
import { draftFiles, draftStore, setDraft, setDraftFiles } from '../../state/drafts.ts';
import { forgetPresent } from '../../state/kept-files.ts';
import type { ChatSession } from '../../state/live.ts';
import { keepNextModel, takeNextModel } from '../../state/next-model.ts';
import { commentsSent, reviewKey } from '../../state/review.ts';
import { toast } from '../../state/toasts.ts';
import { jumpToLatest } from '../../state/wishes.ts';

/** What one writes: words, files, or both. */
export interface Written {
  readonly text: string;
  readonly files: readonly AttachedFile[];
}

interface Failed {
  readonly draft: string;
  readonly written: Written;
  readonly sendKey: string;
}

/** The key of a message whose sending failed: the same message sent again is the same message. */
let failed: Failed | null = null;

export function isBlank({ text, files }: Written): boolean {
  return text.trim() === '' && files.length === 0;
}

/** As the daemon takes it: it knows the files by their ids. */
export function contentOf({ text, files }: Written) {
  return { text, files: files.map(({ file_id }) => file_id) };
}

function isSame(a: Written, b: Written): boolean {
  return JSON.stringify(contentOf(a)) === JSON.stringify(contentOf(b));
}

export function sendKeyFor(draft: string, written: Written): string {
  const isAgain = failed?.draft === draft && isSame(failed.written, written);
  return failed && isAgain ? failed.sendKey : crypto.randomUUID();
}

/** The box is empty at once. */
export function takeDraft(draft: string): void {
  setDraft(draft, '');
  setDraftFiles(draft, []);
}

/** Keeps its key, and gives what was written back, unless something else was typed meanwhile. */
export function keepFailed(draft: string, written: Written, sendKey: string): void {
  failed = { draft, written, sendKey };
  giveBack(draft, written);
}

/** As a draft, where there is none. */
export function giveBack(draft: string, written: Written): void {
  if (!isBlank({ text: draftStore.getState().texts[draft] ?? '', files: draftFiles(draft) })) return;
  setDraft(draft, written.text);
  setDraftFiles(draft, written.files);
}

/** The box is empty at once; a failure gives the words back and says why. */
export async function sendMessage(
  session: ChatSession,
  written: Written,
  when: 'in-turn' | 'now',
): Promise<void> {
  const { chatId } = session;
  const sendKey = sendKeyFor(chatId, written);
  takeDraft(chatId);
  // Who says something sees it, wherever they were reading.
  jumpToLatest.make();
  const model = takeNextModel(chatId);
  const answer = await call('chat.send', {
    chatId,
    ...contentOf(written),
    busy: 'queue',
    sendKey,
    ...model,
  });
  if (!answer.ok) {
    keepFailed(chatId, written, sendKey);
    if (model) keepNextModel(chatId, model);
    toast(answer.error.message);
    return;
  }
  if (written.files.length > 0) forgetPresent();
  void commentsSent(reviewKey(chatId), written.text);
  const { queuedId } = answer.value;
  if (when === 'now' && queuedId !== null) await promoteFresh(session, queuedId);
}

/** Before everything that was queued earlier. One that is no longer queued has started: nothing is left to do. */
async function promoteFresh({ chatId }: ChatSession, queuedId: QueuedId): Promise<void> {
  const answer = await call('queue.promote', { chatId, queuedId });
  if (!answer.ok && answer.error.code !== 'not-found') toast(answer.error.message);
}

import type { ModelConfigId, WorkspaceId } from '@shared/model/ids.ts';
import { call } from '../../lib/bridge.ts';
import { flushDrafts } from '../../state/drafts.ts';
import type { Effort } from '../../state/models.ts';
import { openChat } from '../../state/nav.ts';
import { commentsSent, reviewKey } from '../../state/review.ts';
import { toast } from '../../state/toasts.ts';
import { contentOf, keepFailed, sendKeyFor, takeDraft, type Written } from './send.ts';

const DRAFT = 'new';

interface Start {
  readonly written: Written;
  readonly workspaceId: WorkspaceId | null;
  readonly modelId: ModelConfigId | null;
  readonly effort: Effort | null;
}

/** Starts a chat with what was written, and shows it. */
export async function createChat({ written, workspaceId, modelId, effort }: Start): Promise<void> {
  const sendKey = sendKeyFor(DRAFT, written);
  takeDraft(DRAFT);
  const answer = await call('chat.create', {
    workspaceId,
    ...contentOf(written),
    sendKey,
    ...(modelId === null ? {} : { modelConfigId: modelId }),
    ...(effort === null ? {} : { effort }),
  });
  if (answer.ok) {
    if (workspaceId) void commentsSent(reviewKey(null, workspaceId), written.text);
    flushDrafts();
    openChat(answer.value.chatId);
    return;
  }
  keepFailed(DRAFT, written, sendKey);
  toast(answer.error.message);
}

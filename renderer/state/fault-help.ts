import type { FaultKind } from '@shared/model/fault.ts';
import type { ChatId, WorkspaceId } from '@shared/model/ids.ts';
import { call } from '../lib/bridge.ts';
import { toast } from './toasts.ts';
import { reconnect } from './workspaces.ts';

export type Help = 'retry' | 'settings' | 'model' | 'reconnect' | 'compact';

/** The one action that helps with a fault of this kind. */
export function helpFor(kind: FaultKind): Help {
  switch (kind) {
    case 'auth':
    case 'missing_key':
    case 'provider_disabled':
    case 'usage_limit':
      return 'settings';
    case 'config':
      return 'model';
    case 'context_full':
      return 'compact';
    case 'workspace_unreachable':
      return 'reconnect';
    case 'overloaded':
    case 'rate_limit':
    case 'timeout':
    case 'stream_silence_timeout':
    case 'stopped':
    case 'paused':
    case 'generic':
      return 'retry';
  }
}

export async function retryNow(chatId: ChatId): Promise<void> {
  const answer = await call('chat.retry', { chatId });
  if (!answer.ok) toast(answer.error.message);
}

export async function reconnectAndRetry(chatId: ChatId, workspaceId: WorkspaceId | null): Promise<void> {
  if (workspaceId) await reconnect(workspaceId);
  await retryNow(chatId);
}

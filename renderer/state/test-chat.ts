import type { ChatSummary } from '@shared/model/chat.ts';
import { asId, type ChatId } from '@shared/model/ids.ts';

/** A chat that rests, for tests: what they are not about stands here once. */
export function testChat(id: string, change: Partial<ChatSummary> = {}): ChatSummary {
  return {
    id: asId<ChatId>(id),
    title: `Chat ${id}`,
    status: 'waiting',
    pending: false,
    archived: false,
    workspace_id: null,
    parent_chat_id: null,
    root_chat_id: null,
    last_model_config_id: asId(''),
    last_reasoning_effort: null,
    last_error: null,
    retry: null,
    activity: null,
    asks: 0,
    unread: false,
    last_read: null,
    stopped: false,
    pin_order: 0,
    forked_from: null,
    snapshot_version: 5,
    created_at: '2026-01-01T00:00:00Z',
    updated_at: '2026-01-01T00:00:00Z',
    ...change,
  };
}

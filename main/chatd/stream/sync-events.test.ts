import type { ChatSummary } from '@shared/model/chat.ts';
import {
  type ActionId,
  asId,
  type ChatId,
  type MessageId,
  type QueuedId,
  type ToolKey,
  type WorkerId,
} from '@shared/model/ids.ts';
import type { Message } from '@shared/model/message.ts';
import { describe, expect, it } from 'vitest';
import type { StreamSync } from '../machine/types.ts';
import { agentEvents, eventsOf, knownOf } from './sync-events.ts';

const CHAT = asId<ChatId>('c');
const ERROR = { kind: 'generic', message: 'It broke.', retryable: false } as const;

function summary(change: Partial<ChatSummary> = {}): ChatSummary {
  return {
    id: CHAT,
    title: 'A chat',
    status: 'running',
    pending: false,
    archived: false,
    workspace_id: null,
    parent_chat_id: null,
    root_chat_id: null,
    last_reasoning_effort: null,
    last_model_config_id: asId(''),
    last_error: null,
    retry: null,
    activity: null,
    asks: 0,
    unread: false,
    stopped: false,
    last_read: null,
    pin_order: 0,
    forked_from: null,
    snapshot_version: 1,
    created_at: '',
    updated_at: '',
    ...change,
  };
}

function message(id: number): Message {
  return {
    id: asId<MessageId>(id),
    chat_id: CHAT,
    role: 'user',
    content: [],
    created_at: '',
    revision: 2,
    model_config_id: null,
    usage: null,
    context_limit: null,
    runtime_ms: null,
    queued_message_id: null,
    visibility: 'both',
    interrupted: false,
  };
}

function sync(change: Partial<StreamSync> = {}, facts: Partial<StreamSync['facts']> = {}): StreamSync {
  return {
    facts: {
      chatId: CHAT,
      snapshotVersion: 1,
      historyVersion: 1,
      queueVersion: 1,
      retryStateVersion: 0,
      generationAttempt: 0,
      status: 'running',
      archived: false,
      runnerId: null,
      workerId: asId<WorkerId>('w'),
      ...facts,
    },
    summary: summary(),
    messages: [],
    deletedIds: [],
    messageCount: 1,
    queue: null,
    calls: [],
    actions: [],
    retry: null,
    error: null,
    ...change,
  };
}

const types = (before: StreamSync, after: StreamSync) =>
  eventsOf(knownOf(before), after).map((event) => event.type);

describe('a sync', () => {
  it('#195 tells in a fixed order: rows, queue, status, error, asks, retry, reset, the chat itself', () => {
    const queued = {
      id: asId<QueuedId>(1),
      content: [],
      model_config_id: null,
      position: 1,
      created_at: '',
    };
    const retry = { attempt: 1, delay_ms: 1, error: 'x', retrying_at: '', kind: 'timeout' as const };
    const call = {
      key: asId<ToolKey>(''),
      message_id: asId<MessageId>(2),
      index: 0,
      tool_call_id: 't',
      tool: 'x',
      state: 'gated' as const,
      process_id: null,
      approval: null,
      started_at: null,
    };
    const action = {
      id: asId<ActionId>(''),
      created_at: '',
      kind: 'question' as const,
      text: '?',
      options: [],
    };
    const after = sync(
      {
        deletedIds: [asId<MessageId>(1)],
        messages: [message(2)],
        queue: [queued],
        error: ERROR,
        calls: [call],
        actions: [action],
        retry,
        summary: summary({ title: 'Another' }),
      },
      { status: 'error', historyVersion: 2, retryStateVersion: 2 },
    );
    expect(types(sync(), after)).toEqual([
      'history_cut',
      'message',
      'queue_update',
      'status',
      'error',
      'calls',
      'actions',
      'retry',
      'preview_reset',
      'chat',
    ]);
  });

  it('tells nothing when nothing changed', () => {
    expect(types(sync(), sync({}, { snapshotVersion: 2 }))).toEqual([]);
  });

  it('#200 tells an error once, and again only for another history or another error', () => {
    const failed = sync({ error: ERROR }, { status: 'error' });
    expect(types(sync(), failed)).toEqual(['status', 'error']);
    expect(types(failed, failed)).toEqual([]);
    const later = sync({ error: ERROR }, { status: 'error', historyVersion: 2 });
    expect(types(failed, later)).toEqual(['error', 'preview_reset']);
    const other = sync({ error: { ...ERROR, message: 'It broke again.' } }, { status: 'error' });
    expect(types(failed, other)).toEqual(['error']);
  });

  it('announces an attempt, and keeps the words of one that is being interrupted in sight', () => {
    const first = sync({}, { generationAttempt: 1 });
    expect(types(sync(), first)).toEqual(['preview_reset']);
    expect(types(first, sync({}, { generationAttempt: 2 }))).toEqual(['preview_reset']);
    expect(types(first, sync({}, { generationAttempt: 0, status: 'interrupting' }))).toEqual(['status']);
  });

  it('tells that a chat waits for an owner as a status', () => {
    expect(eventsOf(knownOf(sync()), sync({}, { workerId: null }))).toEqual([
      { type: 'status', status: 'running', pending: true },
    ]);
  });

  it('tells of an agent when it is new or another than before', () => {
    const told = new Map<ChatId, string>();
    const agent = summary({ id: asId<ChatId>('k') });
    expect(agentEvents(told, [agent])).toEqual([{ type: 'agent', chat: agent }]);
    expect(agentEvents(told, [agent, null])).toEqual([]);
    expect(agentEvents(told, [{ ...agent, asks: 1 }])).toHaveLength(1);
  });
});

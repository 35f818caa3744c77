import type { ChatSummary } from '@shared/model/chat.ts';
import type { ChatId, MessageId } from '@shared/model/ids.ts';
import type { Episode, StreamEvent } from '@shared/model/stream.ts';
import type { ChatFacts, StreamSync } from '../machine/types.ts';

/** What one subscriber has been told of a chat's rows. */
export interface Known {
  readonly facts: ChatFacts;
  /** The attempt failed and waits for its next try. */
  readonly isRetrying: boolean;
  readonly calls: string;
  readonly actions: string;
  readonly summary: string;
  /** The error that was told, with the history that it is of; null: none. */
  readonly error: string | null;
  /** The oldest row of the window that was sent: older ones are not this subscriber's. */
  readonly fromMessageId: MessageId | null;
}

export function knownOf(sync: StreamSync, before: Known | null = null): Known {
  return {
    facts: sync.facts,
    isRetrying: sync.retry !== null,
    calls: JSON.stringify(sync.calls),
    actions: JSON.stringify(sync.actions),
    summary: JSON.stringify(sync.summary),
    error: sync.error && `${sync.facts.historyVersion} ${JSON.stringify(sync.error)}`,
    fromMessageId: before?.fromMessageId ?? sync.messages[0]?.id ?? null,
  };
}

export function snapshotEvent(sync: StreamSync, agents: readonly ChatSummary[]): StreamEvent {
  return {
    type: 'snapshot',
    chat: sync.summary,
    status: sync.facts.status,
    pending: isPending(sync.facts),
    messages: sync.messages,
    message_count: sync.messageCount,
    queue: sync.queue ?? [],
    calls: sync.calls,
    actions: sync.actions,
    agents,
    retry: sync.retry,
    error: sync.error,
    episode: episodeOf(sync.facts),
    ...(sync.cutVersion ? { cut_version: sync.cutVersion } : {}),
  };
}

/** What leads from `before` to `sync`, in the fixed order of CHATD 4.5: rows, queue, status, error, asks, retry, reset. */
export function eventsOf(before: Known, sync: StreamSync): StreamEvent[] {
  const { facts, messageCount } = sync;
  const now = knownOf(sync, before);
  const events: StreamEvent[] = [];
  const cut = sync.deletedIds[0];
  if (cut !== undefined)
    events.push({ type: 'history_cut', from_message_id: cut, message_count: messageCount });
  for (const message of sync.messages)
    events.push({ type: 'message', message, message_count: messageCount });
  if (sync.queue) events.push({ type: 'queue_update', queue: sync.queue });
  if (facts.status !== before.facts.status || isPending(facts) !== isPending(before.facts)) {
    events.push({ type: 'status', status: facts.status, pending: isPending(facts) });
  }
  if (sync.error && now.error !== before.error) events.push({ type: 'error', error: sync.error });
  if (now.calls !== before.calls) events.push({ type: 'calls', calls: sync.calls });
  if (now.actions !== before.actions) events.push({ type: 'actions', actions: sync.actions });
  if (facts.retryStateVersion !== before.facts.retryStateVersion)
    events.push({ type: 'retry', retry: sync.retry });
  if (isNewEpisode(before.facts, facts)) events.push({ type: 'preview_reset', episode: episodeOf(facts) });
  if (now.summary !== before.summary) events.push({ type: 'chat', chat: sync.summary });
  return events;
}

/** What streamed before is over: it is a row by now, or is being said anew. An interrupted attempt (0) stays in sight. */
function isNewEpisode(before: ChatFacts, now: ChatFacts): boolean {
  if (now.historyVersion !== before.historyVersion) return true;
  return now.generationAttempt !== before.generationAttempt && now.generationAttempt !== 0;
}

function isPending(facts: ChatFacts): boolean {
  return facts.status === 'running' && facts.workerId === null;
}

export function episodeOf(facts: ChatFacts): Episode {
  return { history_version: facts.historyVersion, generation_attempt: facts.generationAttempt };
}

/** Agents that are new or changed; moves `told` to what they are now. */
export function agentEvents(
  told: Map<ChatId, string>,
  agents: readonly (ChatSummary | null)[],
): StreamEvent[] {
  return agents.flatMap((chat): StreamEvent[] => {
    if (!chat) return [];
    const now = JSON.stringify(chat);
    if (told.get(chat.id) === now) return [];
    told.set(chat.id, now);
    return [{ type: 'agent', chat }];
  });
}

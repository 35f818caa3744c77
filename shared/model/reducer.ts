import { never } from '../util/never.ts';
import type { ChatStatus, ChatSummary, PendingAction, ToolCallState } from './chat.ts';
import type { ChatFault, RetryInfo } from './fault.ts';
import type { MessageId } from './ids.ts';
import type { Message, QueuedMessage } from './message.ts';
import type { LivePart } from './part.ts';
import type { Episode, LiveFrame, StreamEvent } from './stream.ts';

/** What streams now. `parts` are merged blocks in the order in which they opened. */
export interface Live {
  readonly episode: Episode;
  readonly seq: number;
  readonly parts: readonly LiveBlock[];
}

export type LiveBlock =
  | { readonly type: 'text'; readonly text: string }
  | { readonly type: 'reasoning'; readonly text: string }
  | {
      readonly type: 'tool';
      readonly tool_call_id: string;
      readonly tool_name: string;
      /** Raw JSON text so far, while the arguments stream. */
      readonly raw: string;
      readonly args?: unknown;
      /** Of a result that is still being made. */
      readonly result_text?: string;
      readonly result?: unknown;
      readonly is_error?: boolean;
      readonly duration_ms?: number;
    };

/** One chat as the window holds it. `messages` is a window of history, ascending by id. */
export interface ChatView {
  readonly chat: ChatSummary;
  readonly status: ChatStatus;
  readonly pending: boolean;
  readonly messages: readonly Message[];
  /** False after paging back so far that the newest rows were let go: reopen the feed to be at the tail. */
  readonly atTail: boolean;
  readonly messageCount: number;
  readonly queue: readonly QueuedMessage[];
  readonly calls: readonly ToolCallState[];
  readonly actions: readonly PendingAction[];
  /** The chats that this one started, oldest first. */
  readonly agents: readonly ChatSummary[];
  readonly retry: RetryInfo | null;
  readonly error: ChatFault | null;
  readonly live: Live;
  /** History as it will be when the rows behind a cut have arrived: shown at once, never half. */
  readonly staged?: Staged;
}

type Staged = Pick<ChatView, 'messages' | 'atTail' | 'messageCount' | 'live'>;

/** At most this many rows are held; older ones are dropped from the far end (CHATD decision 12). */
export const WINDOW_ROWS = 600;

const NO_EPISODE: Episode = { history_version: 0, generation_attempt: 0 };

function emptyLive(episode: Episode): Live {
  return { episode, seq: 0, parts: [] };
}

/**
 * Pure fold of a chat's feed (rules of CHATD 4.8). Before `snapshot` the view is null and all else is ignored.
 * 'gap' means that a part is missing: the caller reopens the feed.
 */
export function foldStream(before: ChatView | null, event: StreamEvent): ChatView | null | 'gap' {
  if (before?.staged && event.type === 'message') {
    const staged = putMessage(stage(before), event.message, event.message_count);
    return { ...before, staged: historyOf(staged) };
  }
  const view = before && stage(before);
  if (event.type === 'snapshot') return beginWith(view, event);
  if (!view) return null;
  switch (event.type) {
    case 'message':
      return putMessage(view, event.message, event.message_count);
    case 'history_cut':
      return { ...view, staged: cutHistory(view, event.from_message_id, event.message_count) };
    case 'queue_update':
      return { ...view, queue: event.queue };
    case 'status':
      return putStatus(view, event.status, event.pending);
    case 'error':
      return { ...view, status: 'error', pending: false, error: withMessage(event.error), retry: null };
    case 'calls':
      return { ...view, calls: event.calls };
    case 'actions':
      return { ...view, actions: event.actions };
    case 'agent':
      return putAgent(view, event.chat);
    case 'retry':
      // The failed attempt's words vanish only when the next attempt starts or the row replaces them.
      return event.retry
        ? { ...view, retry: event.retry, live: { ...view.live, parts: [] } }
        : { ...view, retry: null };
    case 'preview_reset':
      return { ...view, live: emptyLive(event.episode) };
    case 'message_part':
      return putPart(view, event.frame);
    case 'chat':
      return { ...view, chat: event.chat };
    default:
      return never(event);
  }
}

function beginWith(view: ChatView | null, event: Extract<StreamEvent, { type: 'snapshot' }>): ChatView {
  // The version that was held: rows that vanished since then may be among the older ones.
  const held = view?.chat.id === event.chat.id ? view.live.episode.history_version : -1;
  return {
    chat: event.chat,
    status: event.status,
    pending: event.pending,
    messages:
      view && held >= (event.cut_version ?? 0) ? keepOlder(view.messages, event.messages) : event.messages,
    atTail: true,
    messageCount: event.message_count,
    queue: event.queue,
    calls: event.calls,
    actions: event.actions,
    agents: event.agents,
    retry: event.retry,
    error: event.error && withMessage(event.error),
    live: emptyLive(event.episode),
  };
}

/** The view with what was staged in its place. */
function stage(view: ChatView): ChatView {
  if (!view.staged) return view;
  const { staged, ...rest } = view;
  return { ...rest, ...staged };
}

function historyOf({ messages, atTail, messageCount, live }: Staged): Staged {
  return { messages, atTail, messageCount, live };
}

/** A cut that takes the newest row held away makes what is left the tail, wherever the window stood before. */
function cutHistory(view: ChatView, from: MessageId, messageCount: number): Staged {
  const last = view.messages.at(-1);
  return {
    messages: view.messages.filter((m) => m.id < from),
    atTail: view.atTail || !last || from <= last.id,
    messageCount,
    live: emptyLive(NO_EPISODE),
  };
}

/** A fault never reaches the screen without words. */
function withMessage(fault: ChatFault): ChatFault {
  return fault.message.trim() ? fault : { ...fault, message: 'Chat processing failed.' };
}

/**
 * After a reconnect, rows that were paged in stay in front of the snapshot when both windows overlap in a row
 * of the same revision; without an overlap they may be stale, and the snapshot stands alone.
 */
function keepOlder(old: readonly Message[], fresh: readonly Message[]): readonly Message[] {
  const first = fresh[0];
  if (!first) return fresh;
  const at = old.findIndex((m) => m.id === first.id && m.revision === first.revision);
  return at > 0 ? [...old.slice(0, at), ...fresh].slice(-WINDOW_ROWS) : fresh;
}

function putMessage(view: ChatView, message: Message, messageCount: number): ChatView {
  const at = view.messages.findIndex((m) => m.id === message.id);
  if (at >= 0) {
    if (view.messages[at]?.revision === message.revision) return view;
    return { ...settled(view, message), messages: view.messages.with(at, message), messageCount };
  }
  const last = view.messages.at(-1);
  if (!view.atTail && last && message.id > last.id) return { ...view, messageCount };
  const messages =
    !last || last.id < message.id
      ? [...view.messages, message]
      : [...view.messages, message].sort((a, b) => a.id - b.id);
  return { ...settled(view, message), messages: messages.slice(-WINDOW_ROWS), messageCount };
}

/** A durable answer or tool row takes the place of what streamed; the episode and its count go on. */
function settled(view: ChatView, message: Message): ChatView {
  if (message.role === 'user' || view.live.parts.length === 0) return view;
  return { ...view, live: { ...view.live, parts: [] } };
}

function putStatus(view: ChatView, status: ChatStatus, pending: boolean): ChatView {
  const next = { ...view, status, pending, error: status === 'error' ? view.error : null };
  // Words of a step that failed are in no row: a window that is opened now does not have them either.
  if (status === 'waiting' || status === 'requires_action' || status === 'error') {
    return { ...next, retry: null, live: emptyLive(view.live.episode) };
  }
  return status === 'running' ? next : { ...next, retry: null };
}

/** A child's status never touches its parent's own. An older summary that comes late changes nothing. */
function putAgent(view: ChatView, chat: ChatSummary): ChatView {
  const at = view.agents.findIndex((agent) => agent.id === chat.id);
  if (at < 0) return { ...view, agents: [...view.agents, chat] };
  const known = view.agents[at];
  if (known && known.snapshot_version > chat.snapshot_version) return view;
  return { ...view, agents: view.agents.with(at, chat) };
}

function putPart(view: ChatView, frame: LiveFrame): ChatView | 'gap' {
  if (view.status === 'waiting' || view.status === 'error' || view.pending) return view;
  const { live } = view;
  if (
    frame.history_version !== live.episode.history_version ||
    frame.generation_attempt !== live.episode.generation_attempt ||
    frame.seq <= live.seq
  ) {
    return view;
  }
  if (frame.seq > live.seq + 1) return 'gap';
  return { ...view, live: { ...live, seq: frame.seq, parts: mergePart(live.parts, frame.part) } };
}

/** Appends to the last block of the same kind, or opens a new one; tool parts merge by call id. */
export function mergePart(parts: readonly LiveBlock[], part: LivePart): readonly LiveBlock[] {
  if (part.type === 'text' || part.type === 'reasoning') {
    const last = parts.at(-1);
    return last?.type === part.type
      ? parts.with(parts.length - 1, { type: part.type, text: last.text + part.text })
      : [...parts, { type: part.type, text: part.text }];
  }
  const at = parts.findIndex((b) => b.type === 'tool' && b.tool_call_id === part.tool_call_id);
  const found = parts[at];
  const old =
    found?.type === 'tool'
      ? found
      : { type: 'tool' as const, tool_call_id: part.tool_call_id, tool_name: part.tool_name, raw: '' };
  const next: LiveBlock =
    part.type === 'tool-call'
      ? {
          ...old,
          raw: old.raw + (part.args_delta ?? ''),
          ...(part.args === undefined ? {} : { args: part.args }),
        }
      : withResult(old, part);
  return at >= 0 ? parts.with(at, next) : [...parts, next];
}

type ToolBlock = Extract<LiveBlock, { type: 'tool' }>;

function withResult(old: ToolBlock, part: Extract<LivePart, { type: 'tool-result' }>): ToolBlock {
  if (part.result_delta !== undefined) {
    return { ...old, result_text: (old.result_text ?? '') + part.result_delta };
  }
  return {
    ...old,
    result: part.result ?? null,
    is_error: part.is_error ?? false,
    ...(part.duration_ms === undefined ? {} : { duration_ms: part.duration_ms }),
  };
}

/**
 * Older rows that `chat.page` fetched from before `before`, put before what is there. A page whose row is not the
 * first one any more came too late: between it and what is held now rows may be missing, and it is dropped.
 */
export function prependPage(held: ChatView, before: MessageId, page: readonly Message[]): ChatView {
  const view = stage(held);
  if (view.messages[0]?.id !== before || page.length === 0) return view;
  const messages = [...page.filter((m) => m.id < before), ...view.messages];
  return {
    ...view,
    messages: messages.slice(0, WINDOW_ROWS),
    atTail: view.atTail && messages.length <= WINDOW_ROWS,
  };
}

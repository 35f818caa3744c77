import { describe, expect, it } from 'vitest';
import type { ChatSummary } from './chat.ts';
import type { ChatFault, RetryInfo } from './fault.ts';
import { asId, type ChatId, type MessageId, type QueuedId } from './ids.ts';
import type { Message, Role } from './message.ts';
import type { LivePart } from './part.ts';
import { type ChatView, foldStream, prependPage, WINDOW_ROWS } from './reducer.ts';
import type { StreamEvent } from './stream.ts';

const EPISODE = { history_version: 4, generation_attempt: 1 };
const FAULT: ChatFault = { message: 'It broke.', kind: 'generic', retryable: true };
const RETRY: RetryInfo = {
  attempt: 2,
  delay_ms: 2000,
  error: 'X is rate limiting requests.',
  retrying_at: '2026-01-01T00:00:02Z',
  kind: 'rate_limit',
};

function summary(id: string): ChatSummary {
  return {
    id: asId<ChatId>(id),
    title: 'A chat',
    status: 'running',
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
    stopped: false,
    last_read: null,
    pin_order: 0,
    forked_from: null,
    snapshot_version: 1,
    created_at: '',
    updated_at: '',
  };
}

function message(id: number, role: Role = 'user', text = `row ${id}`, revision = 1): Message {
  return {
    id: asId<MessageId>(id),
    chat_id: asId<ChatId>('c'),
    role,
    content: [{ type: 'text', text }],
    created_at: '',
    model_config_id: null,
    usage: null,
    context_limit: null,
    runtime_ms: null,
    revision,
    queued_message_id: null,
    visibility: 'both',
    interrupted: false,
  };
}

type Snapshot = Extract<StreamEvent, { type: 'snapshot' }>;

function snapshot(change: Partial<Snapshot> = {}): Snapshot {
  return {
    type: 'snapshot',
    chat: summary('c'),
    status: 'running',
    pending: false,
    messages: [message(1)],
    message_count: 1,
    queue: [],
    calls: [],
    actions: [],
    agents: [],
    retry: null,
    error: null,
    episode: EPISODE,
    ...change,
  };
}

const words = (seq: number, text: string, part: LivePart = { type: 'text', text }): StreamEvent => ({
  type: 'message_part',
  frame: { ...EPISODE, seq, role: 'assistant', part },
});

function fold(...events: readonly StreamEvent[]): ChatView {
  let view: ChatView | null = null;
  for (const event of events) {
    const next: ChatView | null | 'gap' = foldStream(view, event);
    if (next === 'gap' || next === null) throw new Error(`Not folded: ${event.type}`);
    view = next;
  }
  if (!view) throw new Error('No events');
  return view;
}

/** What follows the rows of every cut. */
const RESET: StreamEvent = {
  type: 'preview_reset',
  episode: { history_version: 5, generation_attempt: 0 },
};

const row = (m: Message): StreamEvent => ({ type: 'message', message: m, message_count: m.id });

describe('the stream of one chat', () => {
  it('ignores everything before the snapshot', () => {
    expect(foldStream(null, words(1, 'a'))).toBeNull();
  });

  it('#331 keeps what streams when a row arrives again unchanged', () => {
    const before = fold(snapshot(), words(1, 'a'));
    expect(foldStream(before, row(message(1)))).toBe(before);
  });

  it('#332 drops what streamed when the durable answer arrives', () => {
    const view = fold(snapshot(), words(1, 'a'), row(message(2, 'assistant', 'a')));
    expect(view.live.parts).toEqual([]);
    expect(view.messages.map((m) => m.id)).toEqual([1, 2]);
  });

  it('#333 drops what streamed when a row changes', () => {
    const start = snapshot({ messages: [message(1, 'assistant')] });
    const view = fold(start, words(1, 'a'), row(message(1, 'assistant', 'new', 2)));
    expect(view.live.parts).toEqual([]);
    expect(view.messages[0]?.revision).toBe(2);
  });

  it('keeps what streams when the person’s own row arrives', () => {
    expect(fold(snapshot(), words(1, 'a'), row(message(2))).live.parts).toHaveLength(1);
  });

  it('#334 leaves everything but the live part alone when words arrive', () => {
    const before = fold(snapshot(), words(1, 'a'));
    const after = fold(snapshot(), words(1, 'a'), words(2, 'b'));
    const { live: _live, ...rest } = foldStream(before, words(2, 'b')) as ChatView;
    for (const [key, value] of Object.entries(rest)) expect(before[key as keyof ChatView]).toBe(value);
    expect(after.live.parts).toEqual([{ type: 'text', text: 'ab' }]);
  });

  it('#335 applies a batch of parts as one text', () => {
    const view = fold(snapshot(), ...['Hel', 'lo ', 'you'].map((w, i) => words(i + 1, w)));
    expect(view.live.parts).toEqual([{ type: 'text', text: 'Hello you' }]);
  });

  it('#336 ignores parts while pending, waiting and after an error', () => {
    for (const state of [{ pending: true }, { status: 'waiting' as const }, { status: 'error' as const }]) {
      expect(fold(snapshot(state), words(1, 'a')).live.parts).toEqual([]);
    }
  });

  it('#338 shows no queue of another chat', () => {
    const queued = { content: [], model_config_id: null, position: 1, created_at: '' };
    const first = snapshot({ queue: [{ id: asId<QueuedId>(1), ...queued }] });
    const view = fold(first, snapshot({ chat: summary('other'), messages: [message(9)] }));
    expect(view.queue).toEqual([]);
    expect(view.messages.map((m) => m.id)).toEqual([9]);
  });

  it('#340 sets status and reason on an error', () => {
    const view = fold(snapshot({ retry: RETRY }), { type: 'error', error: FAULT });
    expect(view).toMatchObject({ status: 'error', error: FAULT, retry: null });
  });

  it('#341 gives an error without words a message', () => {
    const view = fold(snapshot(), { type: 'error', error: { ...FAULT, message: ' ' } });
    expect(view.error?.message).toBe('Chat processing failed.');
  });

  it('#342 holds the retry and drops the failed attempt’s words', () => {
    const view = fold(snapshot(), words(1, 'half an ans'), { type: 'retry', retry: RETRY });
    expect(view.retry).toEqual(RETRY);
    expect(view.live.parts).toEqual([]);
  });

  it('#343 forgets the retry when the next attempt runs', () => {
    const view = fold(
      snapshot({ retry: RETRY }),
      { type: 'retry', retry: null },
      { type: 'preview_reset', episode: { history_version: 4, generation_attempt: 2 } },
    );
    expect(view.retry).toBeNull();
    expect(view.live.episode.generation_attempt).toBe(2);
  });

  it('clears the error when the chat goes on', () => {
    const view = fold(snapshot({ status: 'error', error: FAULT }), {
      type: 'status',
      status: 'running',
      pending: false,
    });
    expect(view.error).toBeNull();
  });

  it('reports a gap, and drops what is old or foreign', () => {
    const view = fold(snapshot(), words(1, 'a'));
    expect(foldStream(view, words(3, 'c'))).toBe('gap');
    expect(foldStream(view, words(1, 'a'))).toBe(view);
    const foreign = words(2, 'x');
    if (foreign.type !== 'message_part') throw new Error('unreachable');
    const old = { ...foreign, frame: { ...foreign.frame, history_version: 3 } };
    expect(foldStream(view, old)).toBe(view);
  });

  it('#194 cuts history and shows the new tail in one step', () => {
    const before = fold(snapshot({ messages: [message(1), message(2), message(3)], message_count: 3 }));
    const cut = foldStream(before, {
      type: 'history_cut',
      from_message_id: asId<MessageId>(2),
      message_count: 1,
    }) as ChatView;
    const staged = foldStream(cut, row(message(7))) as ChatView;
    for (const view of [cut, staged]) {
      expect(view.messages).toBe(before.messages);
      expect(view.messageCount).toBe(3);
    }
    const after = foldStream(staged, RESET) as ChatView;
    expect(after.messages.map((m) => m.id)).toEqual([1, 7]);
    expect(after.messageCount).toBe(7);
  });

  it('a new snapshot keeps no older rows when some of them may have vanished', () => {
    const rows = [message(1), message(2), message(3)];
    const before = fold(snapshot({ messages: rows }));
    const fresh = { messages: rows.slice(2) };
    expect((foldStream(before, snapshot(fresh)) as ChatView).messages).toEqual(rows);
    const cutLater = snapshot({ ...fresh, cut_version: EPISODE.history_version + 1 });
    expect((foldStream(before, cutLater) as ChatView).messages).toEqual(rows.slice(2));
  });

  it('merges a tool call by its id and attaches its result', () => {
    const call = { tool_call_id: 't', tool_name: 'execute' };
    const view = fold(
      snapshot(),
      words(1, '', { type: 'tool-call', ...call, args_delta: '{"comm' }),
      words(2, '', { type: 'tool-call', ...call, args_delta: 'and":"ls"}', args: { command: 'ls' } }),
      words(3, '', { type: 'tool-result', ...call, result: { exit_code: 0 } }),
    );
    expect(view.live.parts).toEqual([
      {
        type: 'tool',
        ...call,
        raw: '{"command":"ls"}',
        args: { command: 'ls' },
        result: { exit_code: 0 },
        is_error: false,
      },
    ]);
  });
});

describe('the window of history', () => {
  const rows = (from: number, to: number) =>
    Array.from({ length: to - from + 1 }, (_, i) => message(from + i));

  /** A snapshot of these rows with all that came before them paged in. */
  const paged = (from: number, to: number) =>
    prependPage(fold(snapshot({ messages: rows(from, to) })), asId<MessageId>(from), rows(1, from - 1));

  it('takes no page that was asked for by another window', () => {
    const view = fold(snapshot({ messages: rows(101, 110) }), snapshot({ messages: rows(180, 190) }));
    expect(prependPage(view, asId<MessageId>(101), rows(1, 100))).toBe(view);
    const emptied = { ...view, messages: [] };
    expect(prependPage(emptied, asId<MessageId>(101), rows(1, 100))).toBe(emptied);
  });

  it('keeps paged rows in front of a fresh snapshot that overlaps them', () => {
    const again = foldStream(paged(50, 60), snapshot({ messages: rows(55, 61) })) as ChatView;
    expect(again.messages.map((m) => Number(m.id))).toEqual(rows(1, 61).map((m) => Number(m.id)));
  });

  it('drops them when the snapshot does not overlap', () => {
    const view = fold(snapshot({ messages: rows(1, 10) }), snapshot({ messages: rows(80, 90) }));
    expect(view.messages[0]?.id).toBe(80);
  });

  it('lets go of the newest rows when paging back too far, and then takes no new ones', () => {
    const view = paged(601, 660);
    expect(view.messages).toHaveLength(WINDOW_ROWS);
    expect(view.atTail).toBe(false);
    const next = foldStream(view, row(message(661))) as ChatView;
    expect(next.messages.at(-1)?.id).toBe(600);
    expect(next.messageCount).toBe(661);
  });

  it('a cut below the newest row held makes the rest the tail again, and the new row is shown', () => {
    const far = paged(601, 660);
    const cut = (id: number): StreamEvent => ({
      type: 'history_cut',
      from_message_id: asId<MessageId>(id),
      message_count: id - 1,
    });
    for (const id of [600, 1]) {
      const next = [cut(id), row(message(661)), RESET].reduce<ChatView>(
        (view, event) => foldStream(view, event) as ChatView,
        far,
      );
      expect(next.messages.map((m) => Number(m.id))).toEqual([
        ...rows(1, id - 1).map((m) => Number(m.id)),
        661,
      ]);
      expect(next.atTail).toBe(true);
    }
    // Between the newest row held and the cut there may be rows that the window let go.
    const between = foldStream(foldStream(far, cut(630)) as ChatView, RESET) as ChatView;
    expect(between.atTail).toBe(false);
  });

  it('drops the oldest rows at the tail', () => {
    const view = fold(snapshot({ messages: rows(1, WINDOW_ROWS) }), row(message(WINDOW_ROWS + 1)));
    expect(view.messages).toHaveLength(WINDOW_ROWS);
    expect(view.messages[0]?.id).toBe(2);
  });
});

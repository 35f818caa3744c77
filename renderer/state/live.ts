import type { ChatId } from '@shared/model/ids.ts';
import { type ChatView, foldStream, type LiveBlock, prependPage } from '@shared/model/reducer.ts';
import type { StreamEvent } from '@shared/model/stream.ts';
import { createStore, type StoreApi } from 'zustand/vanilla';
import { call, type WatchFeed, watchFeed } from '../lib/bridge.ts';

export interface Session {
  /** Null until the snapshot arrived. */
  readonly view: ChatView | null;
  readonly lost: boolean;
  /** The chat cannot be opened at all. */
  readonly failure: string | null;
  readonly loadingOlder: boolean;
  /** No row is older than the first one held. */
  readonly complete: boolean;
}

/** One open chat: its feed, its window of history and what streams, outside React. */
export interface ChatSession {
  readonly chatId: ChatId;
  readonly store: StoreApi<Session>;
  /** Goes back to the newest rows after far paging. */
  toTail(): void;
  loadOlder(): Promise<void>;
  close(): void;
}

const START: Session = { view: null, lost: false, failure: null, loadingOlder: false, complete: false };
const PAGE_ROWS = 100;

/** Asks for one paint; tests pass their own. Answers how to cancel it. */
export type NextFrame = (run: () => void) => () => void;

const animationFrame: NextFrame = (run) => {
  const id = requestAnimationFrame(run);
  return () => cancelAnimationFrame(id);
};

/**
 * Durable events are shown at once. Words that stream are folded at once too, but shown at most once a frame:
 * the first of a burst immediately, the rest with the next frame.
 */
export function openSession(
  chatId: ChatId,
  watch: WatchFeed = watchFeed,
  nextFrame: NextFrame = animationFrame,
): ChatSession {
  const store = createStore<Session>(() => START);
  let view: ChatView | null = null;
  let cancelFrame: (() => void) | null = null;

  const show = () => {
    if (store.getState().view !== view) store.setState({ view });
  };
  const showPaced = () => {
    if (cancelFrame) return;
    show();
    cancelFrame = nextFrame(() => {
      cancelFrame = null;
      if (store.getState().view !== view) showPaced();
    });
  };
  const take = (events: readonly StreamEvent[]) => {
    for (const event of events) {
      const next = foldStream(view, event);
      if (next === 'gap') return feed.reopen();
      view = next;
    }
    if (store.getState().lost) store.setState({ lost: false });
    if (events.every((e) => e.type === 'message_part')) showPaced();
    else show();
  };
  const feed = watch(
    'chat.stream',
    { chatId },
    {
      onEvents: take,
      onEnd: (failure, final) =>
        store.setState(final && failure ? { failure: failure.message } : { lost: true }),
    },
  );
  return {
    chatId,
    store,
    toTail: () => {
      view = null;
      feed.reopen();
    },
    loadOlder: async () => {
      const first = view?.messages[0];
      const { loadingOlder, complete } = store.getState();
      if (!first || loadingOlder || complete) return;
      store.setState({ loadingOlder: true });
      const answer = await call('chat.page', { chatId, before: first.id, limit: PAGE_ROWS });
      const rows = answer.ok ? answer.value.messages : [];
      if (view && rows.length > 0) view = prependPage(view, rows);
      store.setState({ view, loadingOlder: false, complete: answer.ok && rows.length < PAGE_ROWS });
    },
    close: () => {
      cancelFrame?.();
      cancelFrame = null;
      feed.close();
    },
  };
}

/** Which blocks stream, as one string: it changes when a block opens, not when words arrive. */
export function liveShape(view: ChatView | null): string {
  if (!view) return '';
  return view.live.parts.map((b) => (b.type === 'tool' ? `tool ${b.tool_call_id}` : b.type)).join('\n');
}

export function liveTool(view: ChatView | null, toolCallId: string): (LiveBlock & { type: 'tool' }) | null {
  const block = view?.live.parts.find((b) => b.type === 'tool' && b.tool_call_id === toolCallId);
  return block?.type === 'tool' ? block : null;
}

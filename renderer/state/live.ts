import type { ChatId, MessageId } from '@shared/model/ids.ts';
import { type ChatView, foldStream, type LiveBlock, prependPage } from '@shared/model/reducer.ts';
import type { StreamEvent } from '@shared/model/stream.ts';
import { createStore, type StoreApi } from 'zustand/vanilla';
import { call, type WatchFeed, watchFeed } from '../lib/bridge.ts';
import type { Feed } from '../lib/feed-loop.ts';

export interface Session {
  /** Null until the snapshot arrived. */
  readonly view: ChatView | null;
  readonly lost: boolean;
  /** The chat cannot be opened at all. */
  readonly failure: string | null;
  readonly loadingOlder: boolean;
  /** No row is older than the first one held. */
  readonly complete: boolean;
  /** The last change of `view` put older rows in front. */
  readonly prepended: boolean;
}

/** One chat: its feed, its window of history and what streams, outside React. */
export interface ChatSession {
  readonly chatId: ChatId;
  readonly store: StoreApi<Session>;
  /** Opens the feed; `close` ends it, and it may be opened again. */
  open(): void;
  close(): void;
  /** Goes back to the newest rows after far paging. */
  toTail(): void;
  loadOlder(): Promise<void>;
}

const START: Session = {
  view: null,
  lost: false,
  failure: null,
  loadingOlder: false,
  complete: false,
  prepended: false,
};
const PAGE_ROWS = 100;

/** Asks for one paint; tests pass their own. Answers how to cancel it. */
export type NextFrame = (run: () => void) => () => void;

const animationFrame: NextFrame = (run) => {
  const id = requestAnimationFrame(run);
  return () => cancelAnimationFrame(id);
};

interface Screen {
  show(view: ChatView | null, prepended?: boolean): void;
  showPaced(view: ChatView | null): void;
  cancel(): void;
}

/** Shows views: at once, or paced: the first of a burst at once, later ones with the next frame. */
function screenOf(store: StoreApi<Session>, nextFrame: NextFrame): Screen {
  let latest: ChatView | null = null;
  let cancelFrame: (() => void) | null = null;
  const show = (view: ChatView | null, prepended = false) => {
    latest = view;
    if (store.getState().view !== view) store.setState({ view, prepended });
  };
  const showPaced = (view: ChatView | null) => {
    latest = view;
    if (cancelFrame) return;
    show(view);
    cancelFrame = nextFrame(() => {
      cancelFrame = null;
      if (store.getState().view !== latest) showPaced(latest);
    });
  };
  const cancel = () => {
    cancelFrame?.();
    cancelFrame = null;
  };
  return { show, showPaced, cancel };
}

function foldAll(view: ChatView | null, events: readonly StreamEvent[]): ChatView | null | 'gap' {
  let folded = view;
  for (const event of events) {
    const next = foldStream(folded, event);
    if (next === 'gap') return next;
    folded = next;
  }
  return folded;
}

function firstId(view: ChatView | null): number {
  return view?.messages[0]?.id ?? 0;
}

async function fetchBefore(ask: typeof call, chatId: ChatId, before: MessageId) {
  const answer = await ask('chat.page', { chatId, before, limit: PAGE_ROWS });
  const rows = answer.ok ? answer.value.messages : [];
  return { rows, complete: answer.ok && rows.length < PAGE_ROWS };
}

/** Durable events are shown at once; words that stream are folded at once and shown at most once a frame. */
export function createSession(
  chatId: ChatId,
  watch: WatchFeed = watchFeed,
  nextFrame: NextFrame = animationFrame,
  ask: typeof call = call,
): ChatSession {
  const store = createStore<Session>(() => START);
  const screen = screenOf(store, nextFrame);
  let view: ChatView | null = null;
  let feed: Feed | null = null;
  const take = (events: readonly StreamEvent[]) => {
    const first = firstId(view);
    const next = foldAll(view, events);
    if (next === 'gap') return feed?.reopen();
    view = next;
    if (store.getState().lost) store.setState({ lost: false });
    // A fresh snapshot, or many new rows, let go of the oldest ones.
    if (firstId(view) > first) store.setState({ complete: false });
    if (events.every((e) => e.type === 'message_part')) screen.showPaced(view);
    else screen.show(view);
  };
  const loadOlder = async () => {
    const first = view?.messages[0];
    const { loadingOlder, complete } = store.getState();
    if (!first || loadingOlder || complete) return;
    store.setState({ loadingOlder: true });
    const page = await fetchBefore(ask, chatId, first.id);
    if (view?.messages[0]?.id === first.id) {
      view = prependPage(view, first.id, page.rows);
      screen.show(view, page.rows.length > 0);
      store.setState({ complete: page.complete });
    }
    store.setState({ loadingOlder: false });
  };
  return {
    chatId,
    store,
    open: () => {
      feed ??= watch(
        'chat.stream',
        { chatId },
        {
          onEvents: take,
          onEnd: (failure, final) =>
            store.setState(final && failure ? { failure: failure.message } : { lost: true }),
        },
      );
    },
    close: () => {
      screen.cancel();
      feed?.close();
      feed = null;
    },
    toTail: () => {
      view = null;
      store.setState({ complete: false });
      feed?.reopen();
    },
    loadOlder,
  };
}

/** Which blocks stream, as one string: it changes when a block opens, not when words arrive. */
export function liveShape(view: ChatView | null): string {
  if (!view) return '';
  return view.live.parts
    .map((b) => (b.type === 'tool' ? `tool ${b.tool_name} ${b.tool_call_id}` : b.type))
    .join('\n');
}

export function liveTool(view: ChatView | null, toolCallId: string): (LiveBlock & { type: 'tool' }) | null {
  const block = view?.live.parts.find((b) => b.type === 'tool' && b.tool_call_id === toolCallId);
  return block?.type === 'tool' ? block : null;
}

import { appendPage, showPage } from '@shared/model/history-window.ts';
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
  /** Behind the last row held, when the newest ones were let go. */
  loadNewer(): Promise<void>;
  /** Holds that row, with those around it. False: it is not there any more, or the database does not answer. */
  goTo(messageId: number): Promise<boolean>;
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

/** What the pages of a session need of it. */
interface Held {
  readonly chatId: ChatId;
  readonly ask: typeof call;
  readonly store: StoreApi<Session>;
  view(): ChatView | null;
  show(view: ChatView, complete: boolean, prepended?: boolean): void;
}

function pagesOf(of: Held): Pick<ChatSession, 'loadOlder' | 'loadNewer' | 'goTo'> {
  const { chatId, ask, store, view, show } = of;
  let isLoading = false;
  /** A row that came meanwhile was not taken: then there is more, whatever the page says. */
  const isLast = (count: number) => view()?.messageCount === count;
  return {
    async loadOlder() {
      const first = view()?.messages[0];
      const { loadingOlder, complete } = store.getState();
      if (!first || loadingOlder || complete) return;
      store.setState({ loadingOlder: true });
      const page = await fetchBefore(ask, chatId, first.id);
      const now = view();
      if (now?.messages[0]?.id === first.id)
        show(prependPage(now, first.id, page.rows), page.complete, page.rows.length > 0);
      store.setState({ loadingOlder: false });
    },
    async loadNewer() {
      const held = view();
      const last = held?.messages.at(-1);
      if (!held || !last || held.atTail || isLoading) return;
      isLoading = true;
      const answer = await ask('chat.page', { chatId, after: last.id, limit: PAGE_ROWS });
      isLoading = false;
      const now = view();
      if (!answer.ok || !now) return;
      const { messages } = answer.value;
      const atTail = messages.length < PAGE_ROWS && isLast(held.messageCount);
      const next = appendPage(now, last.id, messages, atTail);
      show(next, next.messages[0]?.id === now.messages[0]?.id && store.getState().complete);
    },
    async goTo(messageId) {
      const held = view();
      if (!held) return false;
      if (held.messages.some((row) => row.id === messageId)) return true;
      const limit = 2 * PAGE_ROWS;
      const answer = await ask('chat.page', { chatId, around: messageId, limit });
      const now = view();
      if (!answer.ok || !now) return false;
      const { messages } = answer.value;
      if (!messages.some((row) => row.id === messageId)) return false;
      const behind = messages.filter((row) => row.id >= messageId).length;
      const atTail = behind < PAGE_ROWS && isLast(held.messageCount);
      show(showPage(now, messages, atTail), messages.length - behind < PAGE_ROWS);
      return true;
    },
  };
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
  const pages = pagesOf({
    chatId,
    ask,
    store,
    view: () => view,
    show(next, complete, prepended) {
      view = next;
      screen.show(view, prepended);
      store.setState({ complete });
    },
  });
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
    ...pages,
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

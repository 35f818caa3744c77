import type { ChatId } from '../../shared/model/ids.ts';
import { type ChatView, foldStream } from '../../shared/model/reducer.ts';
import type { StreamEvent } from '../../shared/model/stream.ts';
import type { TortureDaemon } from './daemon.ts';

/** One window's end of a chat: it folds the feed as the window does, and opens it again after a gap or an end. */
export interface Subscriber {
  /** Null until the snapshot arrived. */
  view(): ChatView | null;
  /** Feeds opened so far: 1 and one for each time that it had to begin again. */
  opened(): number;
  gaps(): number;
  /** Resolves when the folded view satisfies the condition; rejects after `withinMs`, or when the feed failed. */
  until(what: string, condition: (view: ChatView) => boolean, withinMs?: number): Promise<ChatView>;
  /** Ends the feed; the view stays as it is. */
  close(): Promise<void>;
}

export interface Subscription {
  readonly chatId: ChatId;
  /** Called for each event with the view before and after it. */
  onEvent?(event: StreamEvent, view: ChatView | null): void;
  /** Awaited before the next event is taken: a window that is slow. */
  pace?(): Promise<void> | null;
}

export function subscribe(daemon: TortureDaemon, subscription: Subscription): Subscriber {
  const stopping = new AbortController();
  const looks = new Set<() => void>();
  let view: ChatView | null = null;
  let failure: unknown = null;
  let opened = 0;
  let gaps = 0;
  const look = () => {
    for (const each of looks) each();
  };
  async function readFeed(): Promise<void> {
    opened += 1;
    const feed = new AbortController();
    const signal = AbortSignal.any([stopping.signal, feed.signal]);
    for await (const event of daemon.watch('chat.stream', { chatId: subscription.chatId }, signal)) {
      const next = foldStream(view, event);
      if (next === 'gap') {
        gaps += 1;
        feed.abort();
        return;
      }
      view = next;
      subscription.onEvent?.(event, view);
      look();
      await subscription.pace?.();
    }
  }
  async function run(): Promise<void> {
    while (!stopping.signal.aborted) {
      await readFeed();
      // An end that nobody asked for is one that a window reopens, a moment later.
      if (!stopping.signal.aborted) await new Promise((resolve) => setTimeout(resolve, 5));
    }
  }
  const done = run().catch((error: unknown) => {
    if (!stopping.signal.aborted) failure = error;
    look();
  });
  return {
    view: () => view,
    opened: () => opened,
    gaps: () => gaps,
    until(what, condition, withinMs = 30_000) {
      return new Promise((resolve, reject) => {
        const end = (finish: () => void) => {
          clearTimeout(limit);
          looks.delete(check);
          finish();
        };
        const check = () => {
          if (failure !== null) end(() => reject(failure as Error));
          else if (view !== null && condition(view)) end(() => resolve(view as ChatView));
        };
        const limit = setTimeout(
          () => end(() => reject(new Error(`${what}: not there after ${withinMs / 1000} s`))),
          withinMs,
        );
        looks.add(check);
        check();
      });
    },
    async close() {
      stopping.abort();
      await done;
    },
  };
}

import type { Feed } from '../lib/feed-loop.ts';

/** A value for `useSyncExternalStore` that is followed while somebody looks and shown at most once a frame. */
export interface PacedSource<T> {
  readonly subscribe: (run: () => void) => () => void;
  readonly get: () => T;
}

/** `follow` opens the feed behind it, or answers null when nothing more will come. */
export function pacedSource<T>(
  first: T,
  follow: (take: (value: T) => void) => Feed | null,
): PacedSource<T> {
  const listeners = new Set<() => void>();
  let shown = first;
  let latest = first;
  let frame = 0;
  let feed: Feed | null = null;
  const show = () => {
    frame = 0;
    shown = latest;
    for (const run of listeners) run();
  };
  const take = (value: T) => {
    latest = value;
    if (frame === 0) frame = requestAnimationFrame(show);
  };
  return {
    subscribe: (run) => {
      listeners.add(run);
      if (listeners.size === 1) feed = follow(take);
      return () => {
        listeners.delete(run);
        if (listeners.size > 0) return;
        cancelAnimationFrame(frame);
        frame = 0;
        feed?.close();
        feed = null;
      };
    },
    get: () => shown,
  };
}

import { useSyncExternalStore } from 'react';

/** A clock that only runs while something on the screen asks for it. */
function ticker(everyMs: number) {
  let now = Date.now();
  let timer: ReturnType<typeof setInterval> | undefined;
  const listeners = new Set<() => void>();
  const tick = () => {
    if (document.hidden) return;
    now = Date.now();
    for (const run of listeners) run();
  };
  const subscribe = (run: () => void) => {
    listeners.add(run);
    if (listeners.size === 1) {
      now = Date.now();
      timer = setInterval(tick, everyMs);
    }
    return () => {
      listeners.delete(run);
      if (listeners.size === 0) clearInterval(timer);
    };
  };
  const get = () => {
    // The first look comes before the first subscription, when the clock may have stood for hours.
    if (listeners.size === 0 && Date.now() - now > everyMs) now = Date.now();
    return now;
  };
  return { subscribe, get };
}

const SECOND = ticker(500);
const resting = new Set<() => void>();
let restingNow = Date.now();

function rest(run: () => void): () => void {
  resting.add(run);
  return () => resting.delete(run);
}

/** The time in ms: moving while `runs`, else as it was at the last `touchClock`. */
export function useSeconds(runs: boolean): number {
  return useSyncExternalStore(runs ? SECOND.subscribe : rest, runs ? SECOND.get : () => restingNow);
}

/** Brings resting time stamps up to date: at focus and whenever the tree changes; no timer runs for them. */
export function touchClock(): void {
  restingNow = Date.now();
  for (const run of resting) run();
}

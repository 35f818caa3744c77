import type { Clock } from '../base/clock.ts';

/** Frames that a window has not taken yet: half a second of steady streaming, so that no hiccup is felt. */
const MAX_IN_FLIGHT = 32;
/** A window that takes nothing for so long is frozen or gone. */
const HAND_OVER_MS = 10_000;

/**
 * How far a feed may be ahead of its window. A port takes whatever it is given and keeps it for a page that is stuck,
 * so the window says of each frame that it took it.
 */
export interface Flight {
  sent(): void;
  taken(): void;
  /** Resolves when there is room for more; false: there was none for 10 s. Rejects with the signal's reason. */
  room(signal: AbortSignal): Promise<boolean>;
}

export function createFlight(clock: Clock): Flight {
  let inFlight = 0;
  let landed: AbortController | null = null;
  return {
    sent() {
      inFlight += 1;
    },
    taken() {
      inFlight = Math.max(0, inFlight - 1);
      if (inFlight < MAX_IN_FLIGHT) landed?.abort();
    },
    async room(signal) {
      if (inFlight < MAX_IN_FLIGHT) return true;
      const waiting = new AbortController();
      const stop = () => waiting.abort();
      signal.addEventListener('abort', stop, { once: true });
      landed = waiting;
      // The sleep ends early when the window takes a frame, or goes.
      const late = await clock.sleep(HAND_OVER_MS, waiting.signal).then(
        () => true,
        () => false,
      );
      signal.removeEventListener('abort', stop);
      landed = null;
      signal.throwIfAborted();
      return !late;
    },
  };
}

import type { Clock } from './clock.ts';

/** For one loop that waits until there is something to do. A poke before the wait is not lost; many count as one. */
export interface Wake {
  poke(): void;
  /** Ends with a poke (true), after `ms` (false), or with the signal (false). Never rejects. */
  wait(clock: Clock, ms: number, signal: AbortSignal): Promise<boolean>;
}

export function createWake(): Wake {
  let poked = false;
  let end: (() => void) | null = null;
  return {
    poke() {
      poked = true;
      end?.();
    },
    async wait(clock, ms, signal) {
      if (!poked && !signal.aborted) {
        const timer = new AbortController();
        const stop = () => timer.abort();
        signal.addEventListener('abort', stop, { once: true });
        end = stop;
        await clock.sleep(ms, timer.signal).catch(() => undefined);
        signal.removeEventListener('abort', stop);
        end = null;
      }
      const was = poked;
      poked = false;
      return was;
    },
  };
}

import type { Clock } from '../base/clock.ts';

const BATCH_EVERY_MS = 16;
const MAX_EVENTS = 256;

export interface Batches {
  add(event: unknown): void;
  /** Leaves no timer behind. Without `flush` what waits is dropped. */
  end(options: { readonly flush: boolean }): Promise<void>;
}

/**
 * The first event of a burst leaves at once; what follows is collected and leaves every 16 ms, or earlier when
 * a frame is full. When a window of 16 ms stays empty the burst is over and the timer stops.
 */
export function createBatches(options: {
  readonly clock: Clock;
  send(events: readonly unknown[]): void;
}): Batches {
  const ended = new AbortController();
  let waiting: unknown[] = [];
  let burst: Promise<void> | null = null;

  function flush(): void {
    const events = waiting;
    waiting = [];
    if (events.length > 0) options.send(events);
  }

  async function paceBurst(): Promise<void> {
    do {
      flush();
      try {
        await options.clock.sleep(BATCH_EVERY_MS, ended.signal);
      } catch {
        return; // ended: `end` says what becomes of the rest
      }
    } while (waiting.length > 0);
    burst = null;
  }

  return {
    add(event) {
      waiting.push(event);
      if (burst === null) burst = paceBurst();
      else if (waiting.length >= MAX_EVENTS) flush();
    },
    async end({ flush: sendRest }) {
      ended.abort();
      await burst;
      if (sendRest) flush();
    },
  };
}

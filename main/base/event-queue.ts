/** An unbounded single-consumer queue: what one feed still has to send. Producers bound what they push. */
export interface EventQueue<T> extends AsyncIterable<T> {
  push(value: T): void;
  /** The consumer gets what is queued, then the end. */
  end(): void;
  /** The consumer gets what is queued, then the error. */
  fail(error: unknown): void;
}

export function createEventQueue<T>(signal?: AbortSignal): EventQueue<T> {
  const items: T[] = [];
  let outcome: { error?: unknown } | null = null;
  let wake: (() => void) | null = null;
  const poke = () => {
    wake?.();
    wake = null;
  };
  const finish = (how: { error?: unknown }) => {
    outcome ??= how;
    poke();
  };
  const onAbort = () => finish({});
  if (signal?.aborted) onAbort();
  signal?.addEventListener('abort', onAbort, { once: true });

  async function* consume(): AsyncGenerator<T> {
    try {
      for (;;) {
        while (items.length > 0 && !signal?.aborted) yield items.shift() as T;
        if (outcome) {
          if ('error' in outcome) throw outcome.error;
          return;
        }
        await new Promise<void>((resolve) => {
          wake = resolve;
        });
      }
    } finally {
      outcome ??= {};
      signal?.removeEventListener('abort', onAbort);
    }
  }
  return {
    push(value) {
      if (outcome) return;
      items.push(value);
      poke();
    },
    end: () => finish({}),
    fail: (error) => finish({ error }),
    [Symbol.asyncIterator]: consume,
  };
}

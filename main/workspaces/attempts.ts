/** What was begun for somebody who may change their mind, by name. */
export interface Attempts {
  /** Runs `work`; its signal aborts with `signal`, and when the attempts of this name are given up. */
  during<T>(name: string, signal: AbortSignal, work: (signal: AbortSignal) => Promise<T>): Promise<T>;
  giveUp(name: string): void;
}

export function createAttempts(): Attempts {
  const running = new Map<string, Set<AbortController>>();
  return {
    async during(name, signal, work) {
      const own = new AbortController();
      const all = running.get(name) ?? new Set();
      running.set(name, all.add(own));
      try {
        return await work(AbortSignal.any([signal, own.signal]));
      } finally {
        all.delete(own);
        if (all.size === 0) running.delete(name);
      }
    },
    giveUp(name) {
      for (const attempt of running.get(name) ?? [])
        attempt.abort(new DOMException('This was cancelled.', 'AbortError'));
    },
  };
}

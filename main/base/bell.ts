/** Says that something changed, to whoever watches it. */
export interface Bell {
  ring(): void;
  /** What `read` gives now, then after every ring; a slow reader sees only the newest. Ends with the signal. */
  watch<T>(read: () => T, signal: AbortSignal): AsyncGenerator<T>;
}

export function createBell(): Bell {
  const waiting = new Set<() => void>();
  return {
    ring() {
      for (const wake of waiting) wake();
    },
    async *watch(read, signal) {
      let rung = false;
      let wake = () => {};
      const hear = () => {
        rung = true;
        wake();
      };
      waiting.add(hear);
      signal.addEventListener('abort', hear, { once: true });
      try {
        while (!signal.aborted) {
          rung = false;
          yield read();
          // Rung while the reader was busy: it sees the newest at once.
          if (rung) continue;
          await new Promise<void>((resolve) => {
            wake = resolve;
          });
        }
      } finally {
        waiting.delete(hear);
        signal.removeEventListener('abort', hear);
      }
    },
  };
}

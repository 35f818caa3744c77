/** One at a time for each key, in the order in which they came. */
export interface Turns {
  /** Throws the signal's reason when it aborts before the turn comes. */
  of<T>(key: string, signal: AbortSignal, work: () => Promise<T>): Promise<T>;
}

export function createTurns(): Turns {
  const last = new Map<string, Promise<unknown>>();
  return {
    of(key, signal, work) {
      const before = last.get(key) ?? Promise.resolve();
      const turn = before.then(() => {
        signal.throwIfAborted();
        return work();
      });
      const settled = turn
        .catch(() => undefined)
        .finally(() => {
          if (last.get(key) === settled) last.delete(key);
        });
      last.set(key, settled);
      return turn;
    },
  };
}

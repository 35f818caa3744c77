/** A counted limit. Waiting holds nothing and ends with the signal. */
export interface Slots {
  /** Resolves to the function that gives the slot back (idempotent). Rejects with the signal's reason. */
  take(signal: AbortSignal): Promise<() => void>;
}

/** One limit for many trees of chats: each tree that waits gets every nth free slot, however many wait in it. */
export interface FairSlots {
  /** The limit as one tree sees it: who waited longest in it comes first. */
  of(tree: string): Slots;
}

type Grant = () => void;

/**
 * Round-robin over the trees that wait, first come first served within each. A tree joins the end of the round with
 * its first waiter, and goes back there when it has been served.
 */
export function createSlots(count: number): FairSlots {
  let free = count;
  /** In the order of their turns; a tree is here while someone of it waits. */
  const round = new Map<string, Set<Grant>>();

  function join(tree: string, grant: Grant): void {
    const waiting = round.get(tree);
    if (waiting) waiting.add(grant);
    else round.set(tree, new Set([grant]));
  }

  function leave(tree: string, grant: Grant): void {
    const waiting = round.get(tree);
    waiting?.delete(grant);
    if (waiting?.size === 0) round.delete(tree);
  }

  function giveBack(): void {
    const [turn] = round;
    const grant = turn?.[1].values().next().value;
    if (!turn || !grant) {
      free += 1;
      return;
    }
    const [tree, waiting] = turn;
    waiting.delete(grant);
    round.delete(tree);
    if (waiting.size > 0) round.set(tree, waiting);
    grant();
  }

  function take(tree: string, signal: AbortSignal): Promise<() => void> {
    if (signal.aborted) return Promise.reject(signal.reason as Error);
    if (free > 0) {
      free -= 1;
      return Promise.resolve(once(giveBack));
    }
    return new Promise((resolve, reject) => {
      const grant = () => {
        signal.removeEventListener('abort', onAbort);
        resolve(once(giveBack));
      };
      const onAbort = () => {
        leave(tree, grant);
        reject(signal.reason as Error);
      };
      join(tree, grant);
      signal.addEventListener('abort', onAbort, { once: true });
    });
  }

  return { of: (tree) => ({ take: (signal) => take(tree, signal) }) };
}

function once(run: () => void): () => void {
  let done = false;
  return () => {
    if (done) return;
    done = true;
    run();
  };
}

import { waitFor } from './wait-for.ts';

/** What must not happen twice at a time, by name: one question for many connections that want the same answer. */
export class Turns {
  readonly #last = new Map<string, Promise<void>>();

  /** Runs when all before it have ended. Rejects with the signal's reason when it aborts while waiting. */
  async take<T>(name: string, signal: AbortSignal, run: () => Promise<T>): Promise<T> {
    const before = this.#last.get(name) ?? Promise.resolve();
    let end = () => {};
    const mine = new Promise<void>((resolve) => {
      end = resolve;
    });
    // Whoever comes next waits for those before us, too, should we leave the line.
    const last = before.then(() => mine);
    this.#last.set(name, last);
    try {
      await waitFor(before, signal);
      return await run();
    } finally {
      end();
      if (this.#last.get(name) === last) this.#last.delete(name);
    }
  }
}

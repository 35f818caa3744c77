import type { Clock } from '../../base/clock.ts';

interface Sleeper {
  readonly at: number;
  wake(): void;
}

/** A clock that moves only when the test says so. */
export class DrivenClock implements Clock {
  #now = 0;
  readonly #sleepers = new Set<Sleeper>();

  now(): number {
    return this.#now;
  }

  sleep(ms: number, signal?: AbortSignal): Promise<void> {
    return new Promise((resolve, reject) => {
      if (signal?.aborted) return reject(signal.reason as Error);
      const onAbort = () => {
        this.#sleepers.delete(sleeper);
        reject(signal?.reason as Error);
      };
      const sleeper: Sleeper = {
        at: this.#now + ms,
        wake: () => {
          signal?.removeEventListener('abort', onAbort);
          resolve();
        },
      };
      this.#sleepers.add(sleeper);
      signal?.addEventListener('abort', onAbort, { once: true });
    });
  }

  /** How many sleep: none may be left when a subject is done. */
  get sleeping(): number {
    return this.#sleepers.size;
  }

  /** Moves time at once, as a machine that slept does, and lets everything that it woke run on. */
  async pass(ms: number): Promise<void> {
    await settle();
    this.#now += ms;
    await this.#ring();
  }

  /** Moves time from timer to timer. */
  async run(ms: number): Promise<void> {
    await settle();
    const until = this.#now + ms;
    for (;;) {
      const at = Math.min(...[...this.#sleepers].map((sleeper) => sleeper.at));
      if (at > until) break;
      this.#now = Math.max(this.#now, at);
      await this.#ring();
    }
    this.#now = until;
    await settle();
  }

  async #ring(): Promise<void> {
    for (const sleeper of [...this.#sleepers].sort((a, b) => a.at - b.at)) {
      if (sleeper.at > this.#now) continue;
      this.#sleepers.delete(sleeper);
      sleeper.wake();
    }
    await settle();
  }
}

/** Lets every promise that can go on go on. */
export async function settle(): Promise<void> {
  await new Promise((resolve) => setImmediate(resolve));
}

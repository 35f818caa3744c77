import { Refusal } from '../base/refusal.ts';

/** So many at once, so many more in a queue, and the others are told that it is full. */
export class Turns {
  private readonly atOnce: number;
  private readonly mostWaiting: number;
  private running = 0;
  private readonly waiting: (() => void)[] = [];

  constructor(atOnce: number, mostWaiting: number) {
    this.atOnce = atOnce;
    this.mostWaiting = mostWaiting;
  }

  /** Who leaves while waiting gets its turn and is gone at once. */
  async take<T>(signal: AbortSignal, run: () => Promise<T>): Promise<T> {
    if (this.running >= this.atOnce) {
      if (this.waiting.length >= this.mostWaiting)
        throw new Refusal(503, 'busy', 'too many of these are running; try again');
      await new Promise<void>((resolve) => this.waiting.push(resolve));
    }
    this.running++;
    try {
      if (signal.aborted) throw new Refusal(503, 'busy', 'nobody waits for the answer');
      return await run();
    } finally {
      this.running--;
      this.waiting.shift()?.();
    }
  }
}

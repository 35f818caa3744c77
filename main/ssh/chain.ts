import type { LinkFault } from './fault.ts';
import type { HopConnection } from './hop-connection.ts';

/** The connections on the way to a host, the nearest first. The end of one is the end of all. */
export class Chain {
  readonly #hops: HopConnection[] = [];
  /** The reason of the one that ended first; the others follow. Never rejects. */
  readonly closed: Promise<LinkFault>;
  #onFirst: (reason: LinkFault) => void = () => {};

  constructor() {
    this.closed = new Promise((resolve) => {
      this.#onFirst = resolve;
    });
  }

  get last(): HopConnection | null {
    return this.#hops.at(-1) ?? null;
  }

  add(hop: HopConnection): void {
    this.#hops.push(hop);
    void hop.closed.then((reason) => {
      this.#onFirst(reason);
      // The last one first: those behind an end would only tell that their stream broke.
      for (const other of this.#hops.toReversed()) other.abandon(reason);
    });
  }

  /** At once, without a word to the servers. */
  abandon(): void {
    for (const hop of this.#hops.toReversed()) hop.abandon();
  }

  /** As `abandon`, and waits until nothing is left. */
  async end(): Promise<void> {
    this.abandon();
    await Promise.all(this.#hops.map(({ closed }) => closed));
  }
}

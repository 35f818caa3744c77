import type { LinkFault } from './fault.ts';

/** Answers how to undo what it began. */
export type Start<T> = (resolve: (value: T) => void, reject: (error: Error) => void) => () => void;

/** Everything that waits for this connection: ssh2 leaves channels silent when it ends, so we end the waits. */
export class Waits {
  readonly #closed: Promise<LinkFault>;
  readonly #failures = new Set<(fault: LinkFault) => void>();
  #ended: LinkFault | null = null;

  constructor(closed: Promise<LinkFault>) {
    this.#closed = closed;
    void closed.then((fault) => {
      this.#ended = fault;
      for (const fail of this.#failures) fail(fault);
      this.#failures.clear();
    });
  }

  onEnd(fail: (fault: LinkFault) => void): () => void {
    if (this.#ended) fail(this.#ended);
    else this.#failures.add(fail);
    return () => this.#failures.delete(fail);
  }

  /** An abort undoes, an end of the connection has no need to. */
  add<T>(signal: AbortSignal | null, start: Start<T>): Promise<T> {
    return new Promise<T>((resolve, reject) => {
      if (signal?.aborted) return reject(signal.reason as Error);
      let undo: () => void = () => undefined;
      const settle = () => {
        forget();
        signal?.removeEventListener('abort', onAbort);
      };
      const fail = (error: Error) => {
        settle();
        reject(error);
      };
      // When a connection ends, ssh2 tells each waiter "No response" a moment before `closed` is seen: then that counts.
      const refused = (error: Error) => setImmediate(() => fail(this.#ended ?? error));
      const onAbort = () => {
        undo();
        settle();
        reject(signal?.reason as Error);
      };
      let forget: () => void = () => undefined;
      forget = this.onEnd(fail);
      if (this.#ended) return;
      signal?.addEventListener('abort', onAbort, { once: true });
      const done = (value: T) => {
        settle();
        resolve(value);
      };
      try {
        undo = start(done, refused);
      } catch {
        // ssh2 throws when the socket is already unusable: `close` follows, and fails this wait.
        void this.#closed.then(fail);
      }
    });
  }
}

import { AgentError } from './client.ts';

/** A repeat comes within a turn; more than this many are not under way on one host. */
const MOST = 10_000;

/**
 * Which journal each keyed call left for. A repeat is safe because that journal knows its key: behind the name of a
 * host there may be another machine since, or another home, whose journal would have everything done again.
 */
export class LeftCalls {
  readonly #host: string;
  readonly #journals = new Map<string, string>();

  constructor(host: string) {
    this.#host = host;
  }

  /** To be called before it leaves. Throws AgentError `unknown-outcome` when it has left for another journal. */
  leave(key: string, journal: string): void {
    const first = this.#journals.get(key);
    if (first === undefined) this.#remember(key, journal);
    else if (first !== journal)
      throw new AgentError(
        `${this.#host} leads to another machine now, or to another home there, which does not know what was asked before.`,
        409,
        'unknown-outcome',
      );
  }

  #remember(key: string, journal: string): void {
    this.#journals.set(key, journal);
    const [oldest] = this.#journals.keys();
    if (this.#journals.size > MOST && oldest !== undefined) this.#journals.delete(oldest);
  }
}

import type { ConnectTrace } from '@shared/model/host.ts';
import { type Bell, createBell } from '../base/bell.ts';
import type { Clock } from '../base/clock.ts';
import { Trace } from './trace.ts';

/** Hosts whose last attempt is kept. */
const KEPT = 50;

/** The last attempt to connect to each host, also to one that was never reached. */
export class TraceShelf {
  readonly #clock: Clock;
  /** The host that was tried last stands last. */
  readonly #traces = new Map<string, Trace>();
  readonly #bell: Bell = createBell();

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** A new attempt, in the place of the one before. */
  begin(host: string): Trace {
    const trace = new Trace(host, this.#clock, () => this.#bell.ring());
    this.#traces.delete(host);
    this.#traces.set(host, trace);
    for (const name of [...this.#traces.keys()].slice(0, -KEPT)) this.#traces.delete(name);
    this.#bell.ring();
    return trace;
  }

  get(host: string): ConnectTrace | null {
    return this.#traces.get(host)?.get() ?? null;
  }

  watch(host: string, signal: AbortSignal): AsyncIterable<ConnectTrace | null> {
    return this.#bell.watch(() => this.get(host), signal);
  }
}

import type { LinkState } from '@shared/model/workspace.ts';
import type { Clock } from '../base/clock.ts';
import { errorFields, type Log } from '../base/log.ts';
import type { Random } from '../base/random.ts';
import { AGAIN, closedByUs, LinkFault, textOfFault } from './fault.ts';
import { waitFor } from './wait-for.ts';

/** What a link keeps open: anything that ends by itself with a reason. */
export interface LinkSession {
  readonly closed: Promise<LinkFault>;
  close(): Promise<void>;
  /** Rejects, or hangs until the signal, when the other side no longer answers. */
  check(signal: AbortSignal): Promise<void>;
}

export interface LinkDeps<S extends LinkSession> {
  /** Opens once. Throws LinkFault; anything else is a bug and ends the link for good. */
  readonly open: (signal: AbortSignal) => Promise<S>;
  readonly clock: Clock;
  readonly random: Random;
  readonly log: Log;
}

const BACKOFF_MS: readonly number[] = [1_000, 2_000, 4_000, 8_000, 15_000, 30_000];
const SLOWEST_MS = 60_000;
/** A link that was up for less keeps its backoff: it flaps. */
const STEADY_MS = 30_000;
/** What cannot be just now is not asked for as soon as what broke. */
const NOT_NOW_AHEAD = 3;
const CHECK_MS = 5_000;

/**
 * One loop owns one host; nobody else opens or closes its session.
 *
 *   idle ── first whenUp ──> connecting ── open ──> up ── closed ──> down ── pause or wake ──> connecting
 *                                └────── LinkFault ──────────────────┘ └─ final: waits for reconnect()
 */
export class Link<S extends LinkSession> {
  readonly #deps: LinkDeps<S>;
  readonly #ending = new AbortController();
  #state: LinkState = { state: 'idle' };
  #session: S | null = null;
  #fault: LinkFault | null = null;
  #changed = newGate();
  #nudge = newGate();
  #loop: Promise<void> | null = null;

  constructor(deps: LinkDeps<S>) {
    this.#deps = deps;
  }

  get state(): LinkState {
    return this.#state;
  }

  /** Why it is `down`; null in every other state. */
  get fault(): LinkFault | null {
    return this.#fault;
  }

  /** The present state, then every later one; a slow reader sees only the newest. Ends with `signal` or the link. */
  async *watch(signal: AbortSignal): AsyncGenerator<LinkState> {
    const stop = AbortSignal.any([signal, this.#ending.signal]);
    while (!stop.aborted) {
      const changed = this.#changed.opened;
      yield this.#state;
      await waitFor(changed, stop).catch(() => undefined);
    }
  }

  /**
   * The live session. Connects when nobody did, waits while the link is being repaired. Throws the LinkFault when only
   * a person can help, unless it shall `outlast` that; LinkFault `closed` when the link is closed, the signal's reason
   * when it aborts.
   */
  async whenUp(signal: AbortSignal, { outlast = false } = {}): Promise<S> {
    for (;;) {
      signal.throwIfAborted();
      if (this.#ending.signal.aborted) throw closedByUs();
      if (this.#session) return this.#session;
      if (this.#fault?.final && !outlast) throw this.#fault;
      const changed = this.#changed.opened;
      this.#loop ??= this.#run();
      await waitFor(changed, AbortSignal.any([signal, this.#ending.signal])).catch(() => undefined);
    }
  }

  /** After sleep or a change of network: tries now instead of later, and makes sure that an open link still answers. */
  wake(): void {
    if (!this.#fault?.final) this.#nudge.open();
  }

  /** A person asks: as `wake`, and also after a refusal. */
  reconnect(): void {
    this.#fault = null;
    this.#nudge.open();
    if (!this.#ending.signal.aborted) this.#loop ??= this.#run();
  }

  async close(): Promise<void> {
    this.#ending.abort(closedByUs());
    await this.#loop;
    this.#session = null;
    this.#set({ state: 'idle' });
  }

  async #run(): Promise<void> {
    const { signal } = this.#ending;
    for (let attempt = 1; !signal.aborted; attempt++) {
      this.#nudge = newGate();
      this.#fault = null;
      this.#set({ state: 'connecting', attempt });
      const { fault, steady } = await this.#hold(signal);
      if (signal.aborted) return;
      if (steady) attempt = 0;
      this.#deps.log.info('link down', { code: fault.code, reason: fault.message, attempt });
      this.#fault = fault;
      if (fault.final) {
        this.#nudge = newGate();
        this.#set({ state: 'down', message: textOfFault(fault), final: true, retryAt: null });
        await waitFor(this.#nudge.opened, signal).catch(() => undefined);
        attempt = 0;
      } else {
        await this.#pause(fault, attempt, signal);
      }
    }
  }

  /** Opens a session and stays with it to its end. */
  async #hold(signal: AbortSignal): Promise<{ fault: LinkFault; steady: boolean }> {
    let session: S;
    try {
      session = await this.#deps.open(signal);
    } catch (error) {
      return { fault: this.#asFault(error), steady: false };
    }
    const upAt = this.#deps.clock.now();
    this.#session = session;
    // First of all who wait for its end: nobody is handed a session that is known to be over.
    void session.closed.then(() => {
      if (this.#session === session) this.#session = null;
    });
    this.#set({ state: 'up' });
    const fault = await this.#untilEnd(session, signal);
    this.#session = null;
    await session.close();
    return { fault, steady: this.#deps.clock.now() - upAt >= STEADY_MS };
  }

  async #untilEnd(session: S, signal: AbortSignal): Promise<LinkFault> {
    const ended = session.closed;
    this.#nudge = newGate();
    for (;;) {
      const first = await waitFor(Promise.race([ended, this.#nudge.opened]), signal).catch(() =>
        closedByUs(),
      );
      if (first instanceof LinkFault) return first;
      // Whoever wakes us while this is being asked is heard afterwards.
      this.#nudge = newGate();
      const dead = await this.#probe(session, signal);
      if (dead) return dead;
    }
  }

  async #probe(session: S, signal: AbortSignal): Promise<LinkFault | null> {
    const over = new AbortController();
    const both = AbortSignal.any([over.signal, signal]);
    const late = this.#deps.clock.sleep(CHECK_MS, both).then(
      () => over.abort(),
      () => undefined,
    );
    try {
      await waitFor(session.check(both), both);
      return null;
    } catch {
      return new LinkFault('closed', 'The connection no longer answers.', null, AGAIN);
    } finally {
      over.abort();
      await late;
    }
  }

  async #pause(fault: LinkFault, attempt: number, signal: AbortSignal): Promise<void> {
    const { clock, random } = this.#deps;
    const waitMs = backoffMs(
      fault.code === 'not-now' ? attempt + NOT_NOW_AHEAD : attempt,
      random.fraction(),
    );
    const retryAt = new Date(clock.now() + waitMs).toISOString();
    // The gate is that of the attempt: a wake that came while it failed is not lost.
    this.#set({ state: 'down', message: textOfFault(fault), final: false, retryAt });
    const over = new AbortController();
    const pause = clock.sleep(waitMs, AbortSignal.any([over.signal, signal])).catch(() => undefined);
    await Promise.race([pause, this.#nudge.opened]);
    over.abort();
    await pause;
  }

  #asFault(error: unknown): LinkFault {
    if (error instanceof LinkFault) return error;
    if (!this.#ending.signal.aborted) this.#deps.log.error('link: unexpected', errorFields(error));
    return new LinkFault(
      'agent',
      'Connecting failed for a reason that we did not foresee.',
      String(error),
      'Connect again; if it stays so, report it with the log of Gaffer.',
    );
  }

  #set(state: LinkState): void {
    this.#state = state;
    const before = this.#changed;
    this.#changed = newGate();
    before.open();
  }
}

/** `attempt` from 1; 0 (it was steady) waits as the first. `fraction` in [0, 1) shortens by at most half. */
export function backoffMs(attempt: number, fraction: number): number {
  const full = BACKOFF_MS[Math.max(0, attempt - 1)] ?? SLOWEST_MS;
  return Math.round(full * (1 - fraction / 2));
}

interface Gate {
  readonly opened: Promise<void>;
  open(): void;
}

function newGate(): Gate {
  let open: () => void = () => undefined;
  const opened = new Promise<void>((resolve) => {
    open = resolve;
  });
  return { opened, open };
}

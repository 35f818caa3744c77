import type { Clock } from '../base/clock.ts';
import { AGAIN, LinkFault } from './fault.ts';

export interface Patience {
  readonly clock: Clock;
  /** How the host is called in messages. */
  readonly host: string;
  readonly ms: number;
}

/**
 * Runs with a time limit that begins anew with each `goesOn`; past it the host counts as not answering, and LinkFault
 * `closed` is thrown.
 */
export async function within<T>(
  { clock, host, ms }: Patience,
  signal: AbortSignal,
  run: (bound: AbortSignal, goesOn: () => void) => Promise<T>,
): Promise<T> {
  const late = new AbortController();
  const done = new AbortController();
  let lastAt = clock.now();
  const watch = async () => {
    for (let leftMs = ms; leftMs > 0; leftMs = lastAt + ms - clock.now()) {
      await clock.sleep(leftMs, done.signal);
    }
    late.abort(new LinkFault('closed', `${host} stopped answering.`, null, AGAIN));
  };
  const watching = watch().catch(() => undefined);
  try {
    return await run(AbortSignal.any([signal, late.signal]), () => {
      lastAt = clock.now();
    });
  } finally {
    done.abort();
    await watching;
  }
}

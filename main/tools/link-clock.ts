import type { Clock } from '../base/clock.ts';
import { type LinkWatch, WorkspaceProblem } from '../workspaces/connection.ts';

/** A link that is down for so long ends the call (CHATD decision 19). */
export const UNREACHABLE_AFTER_MS = 30 * 60_000;
/** What a sleep of the machine may add to what is counted. */
const PIECE_MS = 60_000;

export type Bounded<T> = { readonly kind: 'done'; readonly value: T } | { readonly kind: 'timeout' };

interface Limits {
  readonly clock: Clock;
  readonly link: LinkWatch | null;
  /** Counted only while the link is up. */
  readonly limitMs: number;
  readonly signal: AbortSignal;
}

/**
 * Runs `work` until it ends, its time is up or the link was down for too long (then throws WorkspaceProblem).
 * In every case `work` has ended when this answers: its signal was aborted and it was awaited.
 */
export async function bounded<T>(
  limits: Limits,
  work: (signal: AbortSignal) => Promise<T>,
): Promise<Bounded<T>> {
  limits.signal.throwIfAborted();
  const controller = new AbortController();
  const onAbort = () => controller.abort(limits.signal.reason);
  limits.signal.addEventListener('abort', onAbort, { once: true });
  const working = work(controller.signal).then((value): Bounded<T> => ({ kind: 'done', value }));
  const watching = sleepWhileUp(limits, controller.signal).then((): Bounded<T> => ({ kind: 'timeout' }));
  try {
    return await Promise.race([working, watching]);
  } finally {
    limits.signal.removeEventListener('abort', onAbort);
    controller.abort(new DOMException('The wait is over.', 'AbortError'));
    await Promise.allSettled([working, watching]);
  }
}

/**
 * Resolves when the link was up for `limitMs` in all; throws when it was down for too long at once. Neither counts the
 * hours in which the machine slept: some timers stand still meanwhile, others ring at waking, so time is taken in pieces
 * and none counts for more than its timer.
 */
async function sleepWhileUp({ clock, link, limitMs }: Limits, signal: AbortSignal): Promise<void> {
  if (!link) return clock.sleep(limitMs, signal);
  let leftUp = limitMs;
  let leftDown = UNREACHABLE_AFTER_MS;
  while (leftUp > 0) {
    const up = link.up();
    if (up) leftDown = UNREACHABLE_AFTER_MS;
    const pieceMs = Math.min(PIECE_MS, up ? leftUp : leftDown);
    const from = clock.now();
    const change = await sleepOrChange(clock, link, pieceMs, signal);
    const passedMs = change === 'slept' ? pieceMs : awakeMs(clock.now() - from, pieceMs);
    if (up) leftUp -= passedMs;
    else leftDown -= passedMs;
    if (leftDown <= 0)
      throw new WorkspaceProblem(
        'unreachable',
        'The connection to the host was down for 30 minutes.',
        true,
      );
  }
}

/** A timer that should have rung long ago and did not: the machine slept, and only its clock went on. */
function awakeMs(elapsedMs: number, timerMs: number): number {
  return elapsedMs < timerMs ? elapsedMs : 0;
}

async function sleepOrChange(
  clock: Clock,
  link: LinkWatch,
  durationMs: number,
  signal: AbortSignal,
): Promise<'slept' | 'changed'> {
  const round = new AbortController();
  const onAbort = () => round.abort(signal.reason);
  signal.addEventListener('abort', onAbort, { once: true });
  if (signal.aborted) onAbort();
  const slept = clock.sleep(durationMs, round.signal).then(() => 'slept' as const);
  const changed = link.changed(round.signal).then(() => {
    signal.throwIfAborted();
    return 'changed' as const;
  });
  try {
    return await Promise.race([slept, changed]);
  } finally {
    signal.removeEventListener('abort', onAbort);
    round.abort(new DOMException('The wait is over.', 'AbortError'));
    await Promise.allSettled([slept, changed]);
  }
}

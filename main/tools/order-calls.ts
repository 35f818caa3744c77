import { setMaxListeners } from 'node:events';

/** A call of one step as the scheduler sees it. `gated` waits for the person, `settled` has its result. */
export interface ScheduledCall {
  readonly effect: 'read' | 'effect';
  readonly state: 'gated' | 'waiting' | 'running' | 'settled';
  /** It waits for somebody else: it takes no room from the others. */
  readonly waits?: boolean;
}

/**
 * Which calls may start now (CHATD decision 4): reads at once and in parallel, effects one after another in
 * call order, and no effect before an earlier one that is gated, waiting or running.
 */
export function startable(calls: readonly ScheduledCall[], limit: number): readonly number[] {
  let room = limit - calls.filter((call) => call.state === 'running' && !call.waits).length;
  let effectAhead = false;
  const starts: number[] = [];
  for (const [index, call] of calls.entries()) {
    const mayStart = call.state === 'waiting' && (call.effect === 'read' || !effectAhead);
    if (mayStart && (call.waits || room > 0)) {
      starts.push(index);
      if (!call.waits) room -= 1;
    }
    if (call.effect === 'effect' && call.state !== 'settled') effectAhead = true;
  }
  return starts;
}

/**
 * Runs the calls that need no person, in order, at most `limit` at a time. Calls behind a gated one stay
 * `waiting`. Answers when nothing more can start and all is over. After a throw or an abort nothing new
 * starts, what runs is awaited, and the first throw is thrown on.
 */
export async function orderCalls<C extends ScheduledCall>(
  calls: readonly C[],
  run: (call: C, index: number) => Promise<void>,
  { limit, signal }: { readonly limit: number; readonly signal: AbortSignal },
): Promise<void> {
  const states = calls.map(({ effect, state, waits = false }) => ({
    effect,
    state: state as ScheduledCall['state'],
    waits,
  }));
  const running = new Set<Promise<void>>();
  let failure: { readonly error: unknown } | null = null;
  // Each call listens to it, and so does whatever it waits for.
  setMaxListeners(0, signal);

  const move = (index: number, state: ScheduledCall['state']) => {
    const call = states[index];
    if (call) call.state = state;
  };
  const startOne = async (index: number, call: C) => {
    try {
      await run(call, index);
    } catch (error) {
      failure ??= { error };
    }
    move(index, 'settled');
  };
  const stopped = () => failure !== null || signal.aborted;

  for (;;) {
    for (const index of stopped() ? [] : startable(states, limit)) {
      const call = calls[index];
      if (!call) continue;
      move(index, 'running');
      const one: Promise<void> = startOne(index, call).finally(() => running.delete(one));
      running.add(one);
    }
    if (running.size === 0) break;
    await Promise.race(running);
  }

  const failed = failure as { readonly error: unknown } | null;
  if (failed) throw failed.error;
  if (signal.aborted && states.some((call) => call.state === 'waiting')) throw signal.reason;
}

import type { ChatStatus } from '@shared/model/chat.ts';
import type { ChatId } from '@shared/model/ids.ts';
import type { Clock } from '../../base/clock.ts';
import type { AgentView } from '../machine/types.ts';
import type { AgentToolsDeps } from './answers.ts';

type SettleDeps = Pick<AgentToolsDeps, 'store' | 'hints'>;

/** Hints wake the wait; this heals a lost one. */
const FALLBACK_MS = 5_000;

/** `timeout` comes with the child as it was last seen; it goes on. */
export type Settled =
  | { readonly kind: 'settled' | 'timeout'; readonly agent: AgentView }
  | { readonly kind: 'not-descendant' };

/**
 * Waits until the child waits or failed. The limit counts only while the child could go on by itself: a question
 * to the person stops the clock, and so does a computer that sleeps. Throws the signal's reason at once.
 */
export async function untilSettled(
  deps: SettleDeps,
  target: { readonly callerId: ChatId; readonly chatId: ChatId },
  limits: { readonly clock: Clock; readonly limitMs: number; readonly signal: AbortSignal },
): Promise<Settled> {
  const { clock, signal } = limits;
  const changes = watchStatus(deps, target.chatId);
  try {
    for (let leftMs = limits.limitMs; ; ) {
      const round = changes.next();
      const agent = await deps.store.call('loadAgent', target);
      signal.throwIfAborted();
      if (!agent) return { kind: 'not-descendant' };
      if (agent.status === 'waiting' || agent.status === 'error') return { kind: 'settled', agent };
      if (leftMs <= 0) return { kind: 'timeout', agent };
      changes.seen(agent.status);
      const counts = agent.status !== 'requires_action';
      const pauseMs = counts ? Math.min(leftMs, FALLBACK_MS) : FALLBACK_MS;
      const spentMs = await pause(clock, pauseMs, { signal, round });
      if (counts) leftMs -= spentMs;
    }
  } finally {
    changes.stop();
  }
}

/** How long it paused, `pauseMs` at most: a new status ends it early. */
async function pause(
  clock: Clock,
  pauseMs: number,
  { signal, round }: { signal: AbortSignal; round: AbortSignal },
): Promise<number> {
  const from = clock.now();
  try {
    await clock.sleep(pauseMs, AbortSignal.any([signal, round]));
    return pauseMs;
  } catch (error) {
    if (signal.aborted) throw signal.reason;
    if (!round.aborted) throw error;
    return Math.min(pauseMs, Math.max(0, clock.now() - from));
  }
}

/** `next` before a look: a status other than the one seen then ends the round, also when it comes during the look. */
function watchStatus(deps: SettleDeps, chatId: ChatId) {
  let known: ChatStatus | null = null;
  let round = new AbortController();
  const stop = deps.hints.onChat(chatId, ({ status }) => {
    if (status !== known) round.abort();
  });
  return {
    next(): AbortSignal {
      round = new AbortController();
      return round.signal;
    },
    seen(status: ChatStatus) {
      known = status;
    },
    stop,
  };
}

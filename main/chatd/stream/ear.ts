import type { ChatId } from '@shared/model/ids.ts';
import type { ChatFacts } from '../machine/types.ts';
import type { Hints } from './hints.ts';
import type { Poller } from './poller.ts';

/** What one subscriber has heard of its chat and has not looked at yet. */
export interface Ear {
  /** A newer version than this one was heard of. */
  isNewer(snapshotVersion: number): boolean;
  isGone(): boolean;
  /** Agents that were heard of since the last time; `all`: some may have been missed. */
  takeAgents(): ReadonlySet<ChatId> | 'all';
  /** Resolves when something was heard, poked, or the signal aborted, since the last wait. */
  wait(): Promise<void>;
  poke(): void;
  stop(): void;
}

export function listenTo(
  { hints, poller }: { readonly hints: Hints; readonly poller: Poller },
  chatId: ChatId,
  signal: AbortSignal,
): Ear {
  let heard = 0;
  let gone = false;
  let agents: Set<ChatId> | 'all' = new Set();
  let poked = false;
  let wake: (() => void) | null = null;
  const poke = () => {
    poked = true;
    wake?.();
  };
  const onFacts = (facts: ChatFacts | null) => {
    if (facts === null) gone = true;
    else heard = Math.max(heard, facts.snapshotVersion);
    poke();
  };
  signal.addEventListener('abort', poke, { once: true });
  const stops = [
    hints.onChat(chatId, onFacts),
    hints.onChildren(chatId, (childId) => {
      if (agents !== 'all') agents.add(childId);
      poke();
    }),
    poller.watch(chatId, (facts) => {
      agents = 'all';
      onFacts(facts);
    }),
    () => signal.removeEventListener('abort', poke),
  ];
  return {
    isNewer: (version) => heard > version,
    isGone: () => gone,
    takeAgents() {
      const taken = agents;
      agents = new Set();
      return taken;
    },
    async wait() {
      if (!poked && !signal.aborted) {
        await new Promise<void>((resolve) => {
          wake = resolve;
        });
      }
      wake = null;
      poked = false;
    },
    poke,
    stop() {
      for (const stop of stops) stop();
    },
  };
}

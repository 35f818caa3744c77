import type { ChatId } from '@shared/model/ids.ts';
import type { Clock } from '../../base/clock.ts';
import { errorFields, type Log } from '../../base/log.ts';
import { createWake } from '../../base/wake.ts';
import type { ChatStore } from '../machine/store.ts';
import type { ChatFacts } from '../machine/types.ts';
import type { Hints } from './hints.ts';

/** One look at every watched chat now and then, for all who watch: it heals a lost hint. */
export interface Poller {
  /** Null: the chat is gone. Returns the function that stops it. */
  watch(chatId: ChatId, onFacts: (facts: ChatFacts | null) => void): () => void;
}

interface PollerDeps {
  readonly store: ChatStore;
  readonly hints: Hints;
  readonly clock: Clock;
  readonly log: Log;
}

/** Looks every `everyMs`, and at once when hints were missed. While nobody watches it does nothing. */
export function createPoller(deps: PollerDeps, everyMs: number): Poller {
  const watched = new Map<ChatId, Set<(facts: ChatFacts | null) => void>>();
  let running: AbortController | null = null;

  async function look(chatId: ChatId): Promise<void> {
    const facts = await deps.store.call('loadFacts', { chatId });
    for (const listener of watched.get(chatId) ?? []) listener(facts);
  }

  async function run(signal: AbortSignal): Promise<void> {
    const wake = createWake();
    const unhint = deps.hints.onLost(wake.poke);
    while (!signal.aborted) {
      await wake.wait(deps.clock, everyMs, signal);
      for (const chatId of watched.keys()) {
        if (signal.aborted) break;
        await look(chatId).catch((error: unknown) => {
          if (!signal.aborted) deps.log.warn('could not look at a chat', { chatId, ...errorFields(error) });
        });
      }
    }
    unhint();
  }

  return {
    watch(chatId, onFacts) {
      const own = (facts: ChatFacts | null) => onFacts(facts);
      const listeners = watched.get(chatId) ?? new Set();
      watched.set(chatId, listeners.add(own));
      if (running === null) {
        running = new AbortController();
        void run(running.signal);
      }
      return () => {
        listeners.delete(own);
        if (listeners.size === 0 && watched.get(chatId) === listeners) watched.delete(chatId);
        if (watched.size > 0) return;
        running?.abort();
        running = null;
      };
    },
  };
}

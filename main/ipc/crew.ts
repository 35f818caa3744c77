import type { Crew } from '@shared/model/crew.ts';
import type { OwnerId } from '@shared/model/ids.ts';
import type { Clock } from '../base/clock.ts';
import { errorFields, type Log } from '../base/log.ts';
import type { CrewOperations } from '../chatd/machine/crew.ts';
import type { Store } from '../db/store.ts';

/** Changes come in bursts, and nobody reads a tray that fast. */
const SETTLE_MS = 250;

/** Tells what the crew does, at first and whenever that changes. Nothing happens while no chat changes. */
export function followCrew(deps: {
  readonly store: Store<CrewOperations>;
  readonly ownerId: OwnerId;
  readonly clock: Clock;
  readonly log: Log;
  tell(crew: Crew): void;
}): { close(): Promise<void> } {
  const closing = new AbortController();
  let told = '';
  let isDue = true;
  let looking: Promise<void> | null = null;
  async function look(): Promise<void> {
    while (isDue && !closing.signal.aborted) {
      isDue = false;
      try {
        const crew = await deps.store.call('loadCrew', { ownerId: deps.ownerId });
        const text = JSON.stringify(crew);
        if (text !== told) deps.tell(crew);
        told = text;
      } catch (error) {
        deps.log.warn('what the crew does was not read', errorFields(error));
      }
      await deps.clock.sleep(SETTLE_MS, closing.signal).catch(() => undefined);
    }
    looking = null;
  }
  const due = () => {
    isDue = true;
    looking ??= look();
  };
  const stop = deps.store.onHint(({ channel }) => {
    if (channel === 'chat_watch' || channel === 'hints_lost') due();
  });
  due();
  return {
    async close() {
      stop();
      closing.abort();
      await looking;
    },
  };
}

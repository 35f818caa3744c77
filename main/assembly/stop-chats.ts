import type { OwnerId } from '@shared/model/ids.ts';
import type { Clock } from '../base/clock.ts';
import { createWake } from '../base/wake.ts';
import type { DaemonStore } from './options.ts';

/** A host that does not answer holds up nobody: what it runs is told when its link is back. */
const STOPPED_WITHIN_MS = 20_000;

/** Interrupts all chats that run and waits until they rest, not for ever. Answers how many those were. */
export async function stopChats(
  { store, ownerId, clock }: { store: DaemonStore; ownerId: OwnerId; clock: Clock },
  signal: AbortSignal,
): Promise<number> {
  const { stopped } = await store.call('interruptAll', { ownerId });
  const changed = createWake();
  const stopListening = store.onHint(({ channel }) => {
    if (channel === 'chat_watch' || channel === 'hints_lost') changed.poke();
  });
  const until = clock.now() + STOPPED_WITHIN_MS;
  try {
    while ((await store.call('loadCrew', { ownerId })).running > 0) {
      const left = until - clock.now();
      if (left <= 0 || signal.aborted) break;
      await changed.wait(clock, left, signal);
    }
  } finally {
    stopListening();
  }
  return stopped.length;
}

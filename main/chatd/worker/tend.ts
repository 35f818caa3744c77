import type { ChatId } from '@shared/model/ids.ts';
import type { Clock } from '../../base/clock.ts';
import { errorFields, type Log } from '../../base/log.ts';
import { DatabaseFault } from '../../db/fault.ts';
import type { ChatStore } from '../machine/store.ts';

/** Looked at in one round. */
const VIOLATIONS = 20;

interface TendDeps {
  readonly store: ChatStore;
  readonly clock: Clock;
  readonly log: Log;
}

/**
 * Looks after chats that nobody drives, at once and then every `everyMs` until the signal: dynamic calls that were
 * not answered in time are cancelled, and what no transition makes is told to the log and repaired. Never rejects.
 */
export async function tendChats(deps: TendDeps, everyMs: number, signal: AbortSignal): Promise<void> {
  const told = new Set<string>();
  while (!signal.aborted) {
    await tendOnce(deps, told).catch((error: unknown) => {
      if (!(error instanceof DatabaseFault && error.code === 'closed'))
        deps.log.warn('chats were not looked after', errorFields(error));
    });
    await deps.clock.sleep(everyMs, signal).catch(() => undefined);
  }
}

async function tendOnce({ store, log }: TendDeps, told: Set<string>): Promise<void> {
  for (const chatId of await store.call('cancelOverdueActions', {})) {
    log.info('calls were not answered in time', { chatId });
  }
  const broken = new Map<ChatId, string[]>();
  for (const { chatId, rule } of await store.call('listViolations', { limit: VIOLATIONS })) {
    broken.set(chatId, [...(broken.get(chatId) ?? []), rule]);
  }
  for (const [chatId, rules] of broken) {
    const repaired = await store.call('reconcileInvalidState', { chatId, ownerId: null, fault: null });
    // What has no repair stays as it is: one line is enough.
    const line = `${chatId}: ${rules.join(', ')}`;
    if (repaired.ok || !told.has(line)) {
      log.error('a chat was in a state that should not exist', { chatId, rules, repaired: repaired.ok });
    }
    told.add(line);
  }
}

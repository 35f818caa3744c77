import type { Clock } from '../base/clock.ts';
import type { ModelConfigRow, ProviderOperations, ProviderRow } from '../db/providers.ts';
import type { Store } from '../db/store.ts';

/** On a server that others use, hints may be missing for a while before anybody notices. */
const SHARED_KEEP_MS = 1_000;

export interface Rows {
  readonly providers: readonly ProviderRow[];
  readonly configs: readonly ModelConfigRow[];
}

/** The rows of all accounts and models, in memory: every step of every chat asks for its model. */
export interface AccountRows {
  /** As they are now, or as they were read since the last change. */
  load(): Promise<Rows>;
  /** What was read until now, or is being read, is not used for anybody who asks from here on. */
  forget(): void;
  /** Stops hearing of changes. */
  close(): void;
}

interface Kept {
  readonly rows: Promise<Rows>;
  readonly readAt: number;
}

/**
 * The database tells of every change before it answers who made it, so that what is in memory is never older than
 * that answer. On a shared server the word of another process takes a moment, and may be lost: there rows are kept
 * for a second. `onChange`: somebody changed an account.
 */
export function createAccountRows(
  { store, clock }: { readonly store: Store<ProviderOperations>; readonly clock: Clock },
  onChange: () => void,
): AccountRows {
  let kept: Kept | null = null;
  const forget = () => {
    kept = null;
  };
  const stop = store.onHint(({ channel, payload }) => {
    const isOurs = channel === 'settings_update' && payload['key'] === 'accounts';
    if (!isOurs && channel !== 'hints_lost') return;
    forget();
    onChange();
  });

  async function read(): Promise<Rows> {
    const [providers, configs] = await Promise.all([
      store.call('loadProviders', null),
      store.call('loadModelConfigs', null),
    ]);
    return { providers, configs };
  }

  function isFresh({ readAt }: Kept): boolean {
    const age = clock.now() - readAt;
    return store.exclusive || (age >= 0 && age < SHARED_KEEP_MS);
  }

  return {
    load() {
      if (kept && isFresh(kept)) return kept.rows;
      const own: Kept = { rows: read(), readAt: clock.now() };
      kept = own;
      own.rows.catch(() => {
        if (kept === own) forget();
      });
      return own.rows;
    },
    forget,
    close() {
      stop();
      forget();
    },
  };
}

import type { Page } from '@playwright/test';
import type { ProviderId } from '@shared/model/ids.ts';
import { ask } from '../e2e/fixtures/window-calls.ts';
import { openStoreWorker } from './store-worker.ts';

export interface BenchAccount {
  readonly providerId: ProviderId;
  readonly modelConfigId: string;
}

/**
 * Accounts of the model server at `baseUrl`, written before the app starts; the first is the default. A crowd needs
 * several: main lets 8 model calls run for an account at once. `giveKeys` makes them usable.
 */
export async function addAccounts(
  dataDir: string,
  baseUrl: string,
  count: number,
): Promise<readonly BenchAccount[]> {
  const store = await openStoreWorker(dataDir);
  try {
    const models = [{ model: 'bench', displayName: 'Bench', contextLimit: 128_000 }];
    for (let i = 0; i < count; i += 1) {
      await store.call('addAccount', { kind: 'openai-compat', name: `Bench ${i}`, baseUrl, models });
    }
    const all = await store.call<readonly { id: string; providerId: ProviderId; model: string }[]>(
      'loadModelConfigs',
      null,
    );
    return all
      .filter((config) => config.model === 'bench')
      .map(({ id, providerId }) => ({ providerId, modelConfigId: id }));
  } finally {
    await store.close();
  }
}

/** Keys are kept by the system or in memory, never in the database: each start gets them anew. */
export async function giveKeys(window: Page, accounts: readonly BenchAccount[]): Promise<void> {
  for (const { providerId } of accounts) {
    await ask(window, 'accounts.setKey', { providerId, key: 'sk-bench' });
  }
}

import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { postgresMissing, startPostgres, type TestPostgres } from '../../scripts/lib/postgres.ts';
import { type Clock, systemClock } from '../base/clock.ts';
import { silentLog } from '../base/log.ts';
import { type ProviderOperations, providerOperations } from '../db/providers.ts';
import type { Store } from '../db/store.ts';
import { openSharedStore } from '../db/test-shared.ts';
import { createModels, type Models, type Secrets } from './accounts.ts';

const here = postgresMissing === null ? '' : ` [not here: ${postgresMissing}]`;
const secrets: Secrets = { get: async () => null, set: async () => {}, remove: async () => {} };
const env = { OPENAI_API_KEY: 'sk-openai-1234567', GAFFER_DEFAULT_MODEL: 'openai:gpt-4o' };

describe.skipIf(postgresMissing !== null)(`accounts on a server that others use${here}`, () => {
  let server: TestPostgres;
  beforeAll(async () => {
    server = await startPostgres();
  });
  afterAll(() => server.stop());

  /** Two processes; the second one's clock stands still unless it is moved. */
  async function openTwo(deaf: boolean) {
    const url = await server.createDatabase();
    const open = () =>
      openSharedStore<ProviderOperations>(url, [{ role: 'owner', operations: providerOperations }]);
    const stores = [await open(), await open()] as const;
    const time = { now: 1_000_000 };
    const still: Clock = { ...systemClock, now: () => time.now };
    const heard: Store<ProviderOperations> = deaf ? { ...stores[1], onHint: () => () => {} } : stores[1];
    const make = (store: Store<ProviderOperations>, clock: Clock) =>
      createModels({ store, env, secrets, clock, log: silentLog });
    const [ours, theirs]: readonly [Models, Models] = [make(stores[0], systemClock), make(heard, still)];
    await ours.start();
    await theirs.start();
    const id = await ours.defaultModelId();
    if (id === null) throw new Error('There is no model');
    const providerId = (await theirs.resolve(id)) && (await stores[0].call('loadProviders', null))[0]?.id;
    if (providerId === undefined) throw new Error('There is no account');
    const close = () => Promise.all(stores.map((store) => store.close()));
    return { ours, theirs, id, providerId, time, close };
  }

  test('what one process changes the others hear of', async () => {
    const { ours, theirs, id, providerId, close } = await openTwo(false);
    await ours.setEnabled(providerId, false);
    await vi.waitFor(() => expect(theirs.resolve(id)).rejects.toMatchObject({ kind: 'provider_disabled' }));
    await close();
  });

  test('and one that hears nothing looks again after a second', async () => {
    const { ours, theirs, id, providerId, time, close } = await openTwo(true);
    await ours.setEnabled(providerId, false);
    await theirs.resolve(id);
    time.now += 1_000;
    await expect(theirs.resolve(id)).rejects.toMatchObject({ kind: 'provider_disabled' });
    await close();
  });
});
